import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { TLSSocket } from "node:tls";

/** The name in the certificate that Meta shows. */
const META = "client.webhooks.fbclientcerts.com";

export interface Certificates {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** Meta's CA, `meta-outbound-api-ca-2025-12.pem`, from the page "Getting started" of the Graph API's webhooks. */
  readonly ca: Buffer;
}

/** An HTTPS server that takes nobody but Meta, before a byte of the request is read. The signature is checked all the same. */
export function serveMeta(certificates: Certificates, listener: RequestListener) {
  return createServer(
    { ...certificates, requestCert: true, rejectUnauthorized: true },
    (req, res) => {
      // The CA vouches for the certificate, the name says whose it is.
      const { subject } = (req.socket as TLSSocket).getPeerCertificate();
      if (subject?.CN === META) listener(req, res);
      else res.writeHead(403).end();
    },
  );
}
