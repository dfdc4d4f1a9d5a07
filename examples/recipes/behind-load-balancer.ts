import type { IncomingMessage, RequestListener } from "node:http";
import { createPathMatcher, DEFAULT_PATH } from "@whatsapp-webhooks/core";

const META = "client.webhooks.fbclientcerts.com";

/**
 * Behind an AWS load balancer that checks client certificates (its trust store holds Meta's CA): it says in a header whose
 * certificate it was. Only for servers that nobody reaches but the load balancer: others can write the header themselves.
 * Other paths, such as the one of its health checks, which show no certificate, go on to the app.
 */
export function onlyMeta(listener: RequestListener, path = DEFAULT_PATH): RequestListener {
  const match = createPathMatcher(path);
  return (req, res) => {
    if (match(req.url ?? "/") === undefined || commonName(req) === META) listener(req, res);
    else res.writeHead(403).end();
  };
}

/**
 * Of `CN=client.webhooks.fbclientcerts.com,O=…`, the name. Given twice counts as wrong. A comma inside a value ends nothing: it is
 * escaped (`O=Somebody\, Inc.`) or in quotes.
 */
function commonName({ headers }: IncomingMessage): string | undefined {
  const names = String(headers["x-amzn-mtls-clientcert-subject"] ?? "")
    .replaceAll(/\\./g, "_")
    .replaceAll(/"[^"]*"?/g, "_")
    .split(",")
    .flatMap((part) => /^\s*CN=(.+?)\s*$/.exec(part)?.[1] ?? []);
  return names.length === 1 ? names[0] : undefined;
}
