import { createHmac } from "node:crypto";
import type { RequestBody, WebhookRequest } from "../../src/http.ts";

export const SECRET = "5e1f0c9a7b3d4e2f";
export const TOKEN = "open-sesame-2026";
/** A small authentic body. */
export const BODY = '{"object":"whatsapp_business_account","entry":[]}';

type Headers = Readonly<Record<string, string | undefined>>;

export function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? Buffer.from(body) : body;
}

/** A POST with these headers and this body, which is given as bytes unless it says how else. */
export function post(
  body: string | Uint8Array | RequestBody,
  headers: Headers = {},
  url = "/webhooks/whatsapp",
): WebhookRequest {
  return {
    method: "POST",
    url,
    params: {},
    header: (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
    body:
      typeof body === "string" || body instanceof Uint8Array
        ? { kind: "bytes", bytes: bytesOf(body) }
        : body,
  };
}

/** The header that the platform would send: made here with node:crypto and nothing of ours. */
export function signature(body: string | Uint8Array, secret = SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** A signed notification, its body as bytes. */
export function signedPost(body: string | Uint8Array = BODY, secret = SECRET): WebhookRequest {
  return post(body, { "x-hub-signature-256": signature(body, secret) });
}

/** A signed notification whose body arrives as a stream. */
export function signedStream(
  body: string | Uint8Array,
  stream: AsyncIterable<Uint8Array>,
  headers: Headers = {},
): WebhookRequest {
  return post({ kind: "stream", stream }, { "x-hub-signature-256": signature(body), ...headers });
}

export function get(url: string): WebhookRequest {
  return { ...post(""), method: "GET", url };
}

/** A handshake; `undefined` leaves a parameter out. */
export function handshake(
  query: Readonly<Record<string, string | undefined>> = {},
  extra = "",
): WebhookRequest {
  const all = {
    "hub.mode": "subscribe",
    "hub.challenge": "1158201444",
    "hub.verify_token": TOKEN,
    ...query,
  };
  const search = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`)
    .join("&");
  return get(`/webhooks/whatsapp?${search}${extra}`);
}
