import { platformHeaders } from "../cloud/subscriptions.ts";
import { Connections } from "../delivery/connections.ts";
import { type Answer, post } from "../delivery/post.ts";
import { signatureHeaders } from "../sign.ts";

/** How one body is sent. */
export interface SendOptions {
  /** Other bytes than those that are sent, for what the signature is made over. */
  readonly signedOver?: Uint8Array;
  /** Another secret, or none: then nothing is signed. */
  readonly secret?: string | undefined;
  /** The Authorization header of an On-Premises callback; such a body is not signed. */
  readonly authorization?: string | undefined;
  /** The upload in this many pieces, with a pause between two. */
  readonly slowly?: { readonly pieces: number; readonly pauseMs: number };
}

/** Sends bodies to one receiver the way the platform does. */
export interface Sender {
  readonly url: URL;
  post(body: Uint8Array, options: SendOptions): Promise<Answer>;
  close(): void;
}

export function createSender(
  url: URL,
  timeoutMs: number,
  authorities: readonly string[] = [],
): Sender {
  const connections = new Connections();
  return {
    url,
    post(body, { signedOver = body, secret, authorization, slowly }) {
      const proof =
        secret !== undefined
          ? { ...platformHeaders, ...signatureHeaders(signedOver, secret) }
          : {
              ...platformHeaders,
              ...(authorization !== undefined && { Authorization: authorization }),
            };
      return post({
        method: "POST",
        url,
        headers: proof,
        body,
        agent: connections.agentFor(url, authorities),
        timeoutMs,
        ...(slowly !== undefined && { disturbance: { ...slowly, cut: undefined } }),
      });
    },
    close: () => connections.close(),
  };
}
