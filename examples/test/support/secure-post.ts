import { request } from "node:https";
import type { NotificationRequest } from "@whatsapp-webhooks/testing";

export interface Secured {
  readonly port: number;
  /** The authority that the server's certificate must be of. */
  readonly ca: string;
  /** The certificate that the client shows. */
  readonly client?: { readonly key: string; readonly cert: string };
}

/** Posts to the callback URL over TLS. Resolves to the status, or to the code of what went wrong with the connection. */
export function postSecurely(
  { port, ca, client }: Secured,
  { body, headers }: NotificationRequest,
): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const path = "/webhooks/whatsapp";
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method: "POST",
        headers: { ...headers },
        ca,
        ...client,
        agent: false,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    sent.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
    sent.end(body);
  });
}
