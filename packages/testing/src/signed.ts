import { createHmac } from "node:crypto";
import type { NotificationBody } from "./fixtures.ts";

/** `Uint8Array<ArrayBuffer>`, which `fetch` wants, in words that TypeScript before 5.7 understands, too. */
type Bytes = ReturnType<typeof Uint8Array.of>;

/** What is posted to the callback URL: hand it to {@link inject}, or to any HTTP client. */
export interface NotificationRequest {
  readonly body: Bytes;
  readonly headers: Readonly<Record<string, string>>;
}

/** How {@link signed} turns a body into bytes. */
export interface SignedOptions {
  /** Write non-ASCII characters as UTF-8 and `/` as it is, as `JSON.stringify` does. Default: escaped, as the platform does. */
  readonly utf8?: boolean | undefined;
}

/**
 * A Cloud API notification as the platform sends it, signed with the app secret. An object is written the platform's
 * way (`\u00e4` for `ä`, `\/` for `/`), a string as UTF-8, and bytes are sent as they are.
 */
export function signed(
  body: NotificationBody | string | Uint8Array,
  secret: string,
  { utf8 = false }: SignedOptions = {},
): NotificationRequest {
  const bytes = toBytes(body, utf8 ? JSON.stringify : toPlatformJson);
  // Not core's own signing: a bug in there must not confirm itself here.
  const mac = (hash: string): string => createHmac(hash, secret).update(bytes).digest("hex");
  return {
    body: bytes,
    headers: {
      ...platformHeaders,
      "X-Hub-Signature": `sha1=${mac("sha1")}`,
      "X-Hub-Signature-256": `sha256=${mac("sha256")}`,
    },
  };
}

/** An On-Premises notification: nothing signs it, so all it has is the `Authorization` header your webhook asks for. */
export function authorized(
  body: NotificationBody | string | Uint8Array,
  authorization: string,
): NotificationRequest {
  return {
    body: toBytes(body, JSON.stringify),
    headers: { "Content-Type": "application/json", Authorization: authorization },
  };
}

/** As in a delivery recorded in 2024. */
const platformHeaders = {
  "Content-Type": "application/json",
  "User-Agent": "facebookexternalua",
  Accept: "*/*",
};

function toBytes(
  body: NotificationBody | string | Uint8Array,
  toJson: (body: NotificationBody) => string,
): Bytes {
  if (body instanceof Uint8Array) return Uint8Array.from(body);
  return new TextEncoder().encode(typeof body === "string" ? body : toJson(body));
}

/** JSON in ASCII: what is beyond is written as UTF-16 units in lower-case hex, and slashes get a backslash. */
function toPlatformJson(body: NotificationBody): string {
  return JSON.stringify(body).replace(/\/|[\u0080-\uffff]/g, (unit) =>
    unit === "/" ? "\\/" : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
