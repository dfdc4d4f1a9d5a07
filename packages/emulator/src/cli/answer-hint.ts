import type { Answer } from "../delivery/post.ts";

/** What is known of an answer. */
type Known = Pick<Answer, "status" | "failure" | "code" | "location">;

/** What stands in a column for the answer: its status, or why there is none. */
export function answerWord({ status, failure, code }: Known): string {
  if (failure === undefined && status !== undefined) return String(status);
  return code ?? failure ?? "no answer";
}

const AGAIN = "Meta sends it again for up to 7 days";

/** What was sent along to show where a request comes from. */
export type Proof = "signature" | "authorization" | "nothing";

export function proofOf({
  secret,
  authorization,
}: {
  readonly secret?: string | undefined;
  readonly authorization?: string | undefined;
}): Proof {
  if (secret !== undefined) return "signature";
  return authorization === undefined ? "nothing" : "authorization";
}

const refusals: Readonly<Record<Proof, string>> = {
  signature:
    "the signature was refused: another app secret, or it is not checked over the bytes as they came",
  authorization:
    "the Authorization header was refused: compare it with the one that the receiver expects",
  nothing:
    "nothing showed where it comes from: it had neither a signature nor an Authorization header",
};

const byStatus: Readonly<Record<number, string>> = {
  400: "the receiver could not use the request. Does something parse the body before it, or limit it to 100 kB?",
  404: "there is no such path: the callback URL needs the receiver's whole path, such as /webhooks/whatsapp",
  405: "the path is there, but not for POST",
  408: "the receiver gave up waiting for the body",
  411: "the receiver wants a Content-Length, which it got: look at what stands in front of it",
  413: "notifications have up to 3 MB: raise the limit of the body parser and of the proxy",
  415: "the receiver does not take application/json",
  429: "Meta's traffic must not be limited: a batch of one minute may be a thousand requests",
  431: "the receiver takes fewer bytes of headers than Meta sends",
  500: "the receiver failed, and its log says why: answer 200 first, handle afterwards, and let no body parser stand in front",
  501: "the receiver does not do POST",
  502: "the proxy reached no receiver behind it",
  503: "the receiver or the proxy is overloaded, or closing",
  504: "the proxy waited for the receiver in vain: answer 200 first, and handle afterwards",
};

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there: is the receiver running, and is it this port?",
  ENOTFOUND: "there is no machine of that name",
  EAI_AGAIN: "the name of the machine cannot be looked up just now",
  ECONNRESET: "the connection was closed without an answer: has the receiver ended?",
  EPIPE: "the connection was closed while the body was on its way",
  EHOSTUNREACH: "there is no way to that machine",
  ENETUNREACH: "there is no way to that network",
  ETIMEDOUT: "no connection came about: a firewall?",
  HPE_HEADER_OVERFLOW: "the answer cannot be read: its headers are longer than 16 kB",
};

/** What an answer means to Meta and where the cause may be. Nothing for a 200. */
export function answerHint(answer: Known, proof: Proof): string | undefined {
  const { status, failure, code = "", location } = answer;
  if (failure === "timeout") return "no answer in time: answer 200 first, and handle afterwards";
  if (failure === "tls" && code === "EPROTO")
    return "the receiver breaks the TLS handshake off: has it a certificate for this name, and TLS 1.2 or newer? Does it want a certificate of the client?";
  if (failure === "tls")
    return "the certificate does not check out: Meta needs a chain up to a public authority, the intermediate certificates included";
  if (failure === "connection")
    return (
      byCode[code] ??
      (isOtherProtocol(answer)
        ? "what answers there does not speak HTTP: https:// and http:// mixed up?"
        : "the connection broke without an answer")
    );
  if (status === undefined || status === 200) return undefined;
  if (status >= 200 && status < 300) return `only 200 counts: ${AGAIN}`;
  if (status >= 300 && status < 400)
    return `Meta does not follow redirects: the callback URL must be where it ends${location === undefined ? "" : `, ${withoutQuery(location)}`}`;
  if (status === 401) return refusals[proof];
  if (status === 403)
    return `${refusals[proof]}. Or something in front lets nobody in: a firewall, a proxy that wants Meta's certificate`;
  const known = byStatus[status];
  if (known !== undefined) return known;
  return status < 500
    ? `the receiver refused the request. ${AGAIN}`
    : `the receiver failed. ${AGAIN}`;
}

/** Whether what answered speaks another protocol than the URL says: no HTTP, or with https:// no TLS. */
export function isOtherProtocol({ failure, code = "" }: Known): boolean {
  // Headers that are too long are HTTP all the same.
  const isNoHttp = code.startsWith("HPE_") && code !== "HPE_HEADER_OVERFLOW";
  return failure === "connection" && (isNoHttp || code === "EPROTO");
}

/** Where a redirect points to, as it may be shown: a query may hold the verify token. */
export function withoutQuery(location: string): string {
  return location.replace(/[?#].*$/s, "");
}
