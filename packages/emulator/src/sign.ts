import { createHmac } from "node:crypto";

/** Both signature headers of a Cloud API notification. Deliberately the emulator's own: a shared mistake would confirm itself. */
export function signatureHeaders(
  body: Uint8Array,
  secret: string,
): Readonly<Record<string, string>> {
  const mac = (hash: string): string => createHmac(hash, secret).update(body).digest("hex");
  return {
    "X-Hub-Signature": `sha1=${mac("sha1")}`,
    "X-Hub-Signature-256": `sha256=${mac("sha256")}`,
  };
}
