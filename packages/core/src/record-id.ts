import { stepOf, tellsTime } from "./happening.ts";
import { fingerprint } from "./signature.ts";

/**
 * Signed bytes that come again are a repetition; those without a time only for a while. The signature is a hash of the body
 * already; the same secret may be several tenants'. Hex, as people give it to commands.
 */
export function signedId(
  signature: Buffer,
  body: Uint8Array,
  tenant: string | undefined,
  receivedAt: number,
): string {
  if (!tellsTime(body)) return idOf(tenant ?? "", signature, stepOf(receivedAt));
  return tenant === undefined ? signature.toString("hex", 0, 16) : idOf(tenant, signature);
}

function idOf(...parts: readonly (string | Buffer)[]): string {
  return Buffer.from(fingerprint("signature", ...parts), "base64url").toString("hex");
}

/**
 * On-Premises bodies can be alike and still tell of two happenings (an error that comes back), so their repetitions are told
 * by the events inside.
 */
export function uniqueId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
