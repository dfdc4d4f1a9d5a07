import { SettingsError } from "./settings-error.ts";
import type { Call } from "./transport.ts";

const UNTRUSTED = /^(?:DEPTH_ZERO_SELF|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|CERT_)/;
/** What no CA can help. */
const UNFIT: ReadonlyMap<string, string> = new Map([
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "The server's certificate is for another name: use that one in baseUrl, or give the server a certificate for this one.",
  ],
  ["CERT_HAS_EXPIRED", "The server's certificate has expired: renew it."],
  [
    "CERT_NOT_YET_VALID",
    "The server's certificate is not valid yet: check its dates and the clocks.",
  ],
]);
/** There was no connection, and so nothing was sent. */
const NOT_CONNECTED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/**
 * The error for a call without an answer. What `fetch` threw is named by its kind and is no cause of ours: its text may repeat
 * a header, and so the token.
 */
export function failureOf(
  call: Pick<Call, "name" | "adviceIfUnknown">,
  thrown: unknown,
  timeoutMs: number,
): SettingsError {
  const { name, adviceIfUnknown } = call;
  if (thrown === "timeout") {
    return new SettingsError("timeout", `${name} had no whole answer in ${timeoutMs} ms.`, {
      advice:
        adviceIfUnknown ?? "Whether it was done is not known: read the setting, or call again.",
    });
  }
  if (thrown === "aborted")
    return new SettingsError("aborted", `${name} was given up by the caller.`, {
      ...(adviceIfUnknown === undefined ? {} : { advice: adviceIfUnknown }),
    });
  const reason = reasonOf(thrown);
  return new SettingsError("unreachable", `${name} got no answer (${reason}).`, {
    advice: adviceOn(reason, adviceIfUnknown),
  });
}

function adviceOn(reason: string, adviceIfUnknown: string | undefined): string {
  const unfit = UNFIT.get(reason);
  if (unfit !== undefined) return unfit;
  if (UNTRUSTED.test(reason)) {
    return "The server's certificate is not trusted: start Node.js with NODE_EXTRA_CA_CERTS=<its CA as PEM>, or give a fetch that knows the CA. The On-Premises client signs its own unless you gave it another.";
  }
  const isUnknown = adviceIfUnknown !== undefined && !NOT_CONNECTED.test(reason);
  return isUnknown
    ? adviceIfUnknown
    : "Check baseUrl, and whether the server is up and can be reached from here.";
}

/** `ECONNREFUSED`, or the name of the error when it has no code. */
function reasonOf(thrown: unknown): string {
  let error: unknown = thrown;
  for (let depth = 0; depth < 5 && typeof error === "object" && error !== null; depth++) {
    const { code, cause } = error as { code?: unknown; cause?: unknown };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
    error = cause;
  }
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return /^\w+$/.test(name) ? name : "Error";
}
