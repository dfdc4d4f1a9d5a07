import type { IncomingMessage } from "node:http";
import type { NodeHandler } from "@whatsapp-webhooks/core/node";

const META = "client.webhooks.fbclientcerts.com";

/**
 * Behind an AWS load balancer that checks client certificates (its trust store holds Meta's CA): it says in a header whose
 * certificate it was. Only for servers that nobody reaches but the load balancer: others can write the header themselves.
 */
export function onlyMeta(receive: NodeHandler): NodeHandler {
  return (req, res, next) => {
    if (commonName(req) === META) receive(req, res, next);
    else res.writeHead(403).end();
  };
}

/** Of `CN=client.webhooks.fbclientcerts.com,O=…`, the name. Given twice counts as wrong. */
function commonName({ headers }: IncomingMessage): string | undefined {
  const names = String(headers["x-amzn-mtls-clientcert-subject"] ?? "")
    .split(",")
    .flatMap((part) => /^\s*CN=(.+?)\s*$/.exec(part)?.[1] ?? []);
  return names.length === 1 ? names[0] : undefined;
}
