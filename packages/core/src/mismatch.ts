import type { WebhookRequest } from "./http.ts";

/**
 * Why a signature may not have matched, for the log: facts about the request that help to find the cause,
 * without a byte of the payload or of a secret.
 */
export function explainMismatch(
  request: WebhookRequest,
  body: Uint8Array,
  secretCount: number,
): string {
  const tried = secretCount === 1 ? "the app secret" : `any of ${secretCount} app secrets`;
  return `the signature does not match ${tried} over the ${body.byteLength} bytes received. ${likelyCause(request, body)}`;
}

function likelyCause(request: WebhookRequest, body: Uint8Array): string {
  if (request.body.kind === "bytes" && request.body.decoded === true) {
    return "Either the secret is not this app's App Secret, or the body parser that handed the body over as a string changed bytes: mount the webhook above it, or let it keep a Buffer.";
  }
  if (body.byteLength === 0)
    return "The body is empty: something in front of the webhook may have read it.";
  if (looksReserialised(body)) {
    return "The body holds unescaped slashes or non-ASCII bytes, which the platform escapes: something in between may have parsed and written it again.";
  }
  return "Most often the secret is not this app's App Secret (App Dashboard > App settings > Basic), but another app's, an access token or the verify token.";
}

/** Meta writes `\/` and `\u00e4`; a body that went through JSON.parse and JSON.stringify has `/` and `ä`. */
function looksReserialised(body: Uint8Array): boolean {
  const SLASH = 0x2f;
  const BACKSLASH = 0x5c;
  return body.some((byte, i) => byte > 0x7f || (byte === SLASH && body[i - 1] !== BACKSLASH));
}
