import { isSameText } from "./signature.ts";

/** What a handshake came to: the text to echo, or what was wrong with which part. */
export type Handshake =
  | { readonly ok: true; readonly challenge: string }
  | {
      readonly ok: false;
      readonly code: "handshake_malformed" | "handshake_rejected";
      readonly reason: string;
    };

/**
 * The platform's GET that proves we own the callback URL: mode `subscribe`, our verify token, and a challenge
 * to send back as it is. A parameter given twice counts as wrong.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint (read 2026-11-22)
 */
export function answerHandshake(url: string, tokens: readonly string[]): Handshake {
  const start = url.indexOf("?");
  const query = new URLSearchParams(url.slice(start === -1 ? url.length : start + 1));
  const mode = only(query, "hub.mode");
  const token = only(query, "hub.verify_token");
  const challenge = only(query, "hub.challenge");
  if (mode !== "subscribe")
    return refuse(
      "handshake_malformed",
      `hub.mode is ${state(query, "hub.mode")}, not "subscribe"`,
    );
  if (token === undefined)
    return refuse("handshake_rejected", `hub.verify_token is ${state(query, "hub.verify_token")}`);
  if (!tokens.some((ours) => isSameText(ours, token))) {
    const trimmed = tokens.some((ours) => isSameText(ours, token.trim()));
    return refuse(
      "handshake_rejected",
      trimmed
        ? "hub.verify_token differs from ours by white space around it"
        : `hub.verify_token is not ours (${token.length} characters came; ours has ${tokens.map((t) => t.length).join(" or ")})`,
    );
  }
  if (challenge === undefined || challenge === "")
    return refuse("handshake_malformed", `hub.challenge is ${state(query, "hub.challenge")}`);
  return { ok: true, challenge };
}

function refuse(code: "handshake_malformed" | "handshake_rejected", reason: string): Handshake {
  return { ok: false, code, reason };
}

function only(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function state(query: URLSearchParams, name: string): string {
  const count = query.getAll(name).length;
  return count === 0
    ? "missing"
    : count > 1
      ? "given more than once"
      : query.get(name) === ""
        ? "empty"
        : "another value";
}
