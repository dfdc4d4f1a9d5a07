import type { Activity } from "../activity.ts";
import { checkCallbackUrl } from "../delivery/callback-url.ts";
import type { Connections } from "../delivery/connections.ts";
import { post } from "../delivery/post.ts";
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
  const url = new URL(checked.url);
  const challenge = ids.digits(10);
  // Behind a query that is there already, and without writing that anew.
  url.search = [
    ...(url.search === "" ? [] : [url.search.slice(1)]),
    "hub.mode=subscribe",
    `hub.challenge=${challenge}`,
    `hub.verify_token=${encodeURIComponent(verifyToken)}`,
  ].join("&");
  const over = activity.begin("now");
  try {
    const { status, failure, code, body } = await post({
      method: "GET",
      url,
      headers: {
        "User-Agent": "facebookplatform/1.0 (+http://developers.facebook.com)",
        Accept: "*/*",
      },
      body: new Uint8Array(),
      agent: connections.agentFor(url, authorities),
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
