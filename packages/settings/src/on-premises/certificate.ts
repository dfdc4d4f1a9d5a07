import { X509Certificate } from "node:crypto";
import { inputInvalid } from "../settings-error.ts";

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Checks what is to be stored as the webhook's CA: one or more certificates, each of them readable, and no private key. */
export function checkPem(pem: unknown): asserts pem is string {
  if (typeof pem !== "string")
    throw inputInvalid('ca.set takes PEM as a text: readFileSync(path, "utf8").');
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    throw inputInvalid("the PEM holds a private key, which the client must not get: leave it out.");
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0)
    throw inputInvalid("the text holds no certificate (-----BEGIN CERTIFICATE-----).");
  for (const [i, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch {
      throw inputInvalid(`certificate ${i + 1} of ${blocks.length} in the PEM cannot be read.`);
    }
  }
}

/** Whether an answer's text is PEM. */
export function isPem(text: string): boolean {
  return text.includes("-----BEGIN CERTIFICATE-----");
}
