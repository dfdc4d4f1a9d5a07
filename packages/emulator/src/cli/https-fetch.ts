import http from "node:http";
import https from "node:https";
import { rootCertificates } from "node:tls";
import type { FetchLike, FetchResponse } from "@whatsapp-webhooks/settings";

/**
 * A `fetch` that trusts these certificate authorities (PEM) besides Node's own. Node's `fetch` takes none: it knows only the
 * variable NODE_EXTRA_CA_CERTS, which has to be set before the start.
 */
export function httpsFetch(authorities: readonly string[]): FetchLike {
  return (address, { method, headers, body, signal }) =>
    new Promise<FetchResponse>((resolve, reject) => {
      const url = new URL(address);
      const ca = [...rootCertificates, ...authorities];
      const options = { method, headers, signal };
      const request =
        url.protocol === "https:"
          ? https.request(url, { ...options, ca })
          : http.request(url, options);
      request.on("error", reject);
      request.on("response", (incoming) => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: { get: (name) => incoming.headers[name.toLowerCase()]?.toString() ?? null },
          body: incoming,
          text: async () => {
            const parts: Buffer[] = [];
            for await (const part of incoming) parts.push(Buffer.from(part));
            return Buffer.concat(parts).toString();
          },
        });
      });
      request.end(body);
    });
}
