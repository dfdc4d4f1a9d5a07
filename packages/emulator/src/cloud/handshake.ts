import type { Activity } from "../activity.ts";
import { checkCallbackUrl } from "../delivery/callback-url.ts";
import type { Connections } from "../delivery/connections.ts";
import { type Answer, post, type Request } from "../delivery/post.ts";
import type { Ids } from "../ids.ts";

/** What the platform needs to shake hands. */
export interface HandshakeOffice {
  readonly activity: Activity;
  readonly connections: Connections;
  readonly ids: Ids;
  readonly requestTimeoutMs: number;
  readonly authorities: readonly string[];
}

/**
 * Asks a callback URL whether it wants notifications, as the platform does before it accepts one. Resolves with why it
 * is refused, or with nothing.
 */
export async function shakeHands(
  { activity, connections, ids, requestTimeoutMs, authorities }: HandshakeOffice,
  callbackUrl: string,
  verifyToken: string,
): Promise<string | undefined> {
  const checked = checkCallbackUrl(callbackUrl);
  if ("reason" in checked) return checked.reason;
  const challenge = ids.digits(10);
  const over = activity.begin("now");
  try {
    const { status, failure, code, body } = await askToSubscribe({
      url: checked.url,
      verifyToken,
      challenge,
      agent: connections.agentFor(checked.url, authorities),
      timeoutMs: requestTimeoutMs,
    });
    if (failure !== undefined)
      return `${failure}${code === undefined ? "" : ` (${code})`}; HTTP Status Code = 0`;
    if (status !== 200) return `HTTP Status Code = ${status}`;
    if (body !== challenge) return "the answer is not the challenge; HTTP Status Code = 200";
    return undefined;
  } finally {
    over();
  }
}

/** The request of the handshake, and what came back. */
export function askToSubscribe({
  url,
  verifyToken,
  challenge,
  ...rest
}: Pick<Request, "url" | "agent" | "timeoutMs"> & {
  readonly verifyToken: string;
  readonly challenge: string;
}): Promise<Answer> {
  const full = new URL(url);
  // Behind a query that is there already, and without writing that anew.
  full.search = [
    ...(full.search === "" ? [] : [full.search.slice(1)]),
    "hub.mode=subscribe",
    `hub.challenge=${encodeURIComponent(challenge)}`,
    `hub.verify_token=${encodeURIComponent(verifyToken)}`,
  ].join("&");
  return post({
    ...rest,
    method: "GET",
    url: full,
    headers: {
      "User-Agent": "facebookplatform/1.0 (+http://developers.facebook.com)",
      Accept: "*/*",
    },
    body: new Uint8Array(),
  });
}
