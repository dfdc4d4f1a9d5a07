import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The header that carries the platform's signature. */
export const SIGNATURE_HEADER = "x-hub-signature-256";
/** The older header, sent beside it; never accepted instead of it. */
export const SHA1_HEADER = "x-hub-signature";

const FORM = /^sha256=([0-9a-f]{64})$/i;

/** The 32 bytes of a signature header, or undefined when it is not exactly one `sha256=` and 64 hex digits. */
export function parseSignature(header: string): Buffer | undefined {
  const hex = FORM.exec(header)?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, "hex");
}

/**
 * HMAC-SHA256 over the bytes exactly as they were received. Nothing is escaped or serialised again:
 * Meta signs what it sends, and what it sends is what arrives.
 * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started (read 2026-11-22)
 */
export function hmac(body: Uint8Array, secret: string): Buffer {
  return createHmac("sha256", secret).update(body).digest();
}

/** Whether one of the secrets made this signature. Each comparison takes the same time wherever it differs. */
export function isSignedBy(
  secrets: readonly string[],
  body: Uint8Array,
  signature: Buffer,
): boolean {
  return secrets.some((secret) => timingSafeEqual(hmac(body, secret), signature));
}

/** Whether two texts are equal, in a time that tells nothing about either. */
export function isSameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

/** A short, stable name for some parts: 128 bits of SHA-256 as 22 characters. Parts cannot run into each other. */
export function fingerprint(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("base64url").slice(0, 22);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
