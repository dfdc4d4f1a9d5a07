import type { WebhookError } from "./errors.ts";
import type { WebhookResponse } from "./http.ts";

const RETRY_AFTER_SECONDS = "5";

const LEFT_UNREAD = new Set(["body_timeout", "body_too_large", "unverified_limit"]);

/**
 * Unread bodies must close their connection: what is left on it would be taken for the next request. A process that
 * shuts down closes it so that its server can.
 */
export function refusal(status: number, code: string, hasStream: boolean): WebhookResponse {
  return {
    status,
    headers: {
      "content-type": "text/plain",
      ...(status === 503 ? { "retry-after": RETRY_AFTER_SECONDS } : {}),
      ...(status === 405 ? { allow: "GET, POST" } : {}),
      ...(code === "closing" || (hasStream && LEFT_UNREAD.has(code))
        ? { connection: "close" }
        : {}),
    },
    body: code,
  };
}

/** What is wrong on our side is an error, what a stranger does a warning, and a shut-down neither. */
export function levelOf(code: string, status: number): "info" | "warn" | "error" {
  if (code === "closing") return "info";
  return status >= 500 ? "error" : "warn";
}

/** Codes with several causes: whoever tries a handshake again within a minute must see what is wrong now. */
export function causeOf({ code, message }: WebhookError): string {
  return /^(handshake_|signature_missing)/.test(code) ? message.replace(/\d/g, "") : code;
}

/** The kind of a foreign error, not its text: what a user's function or a driver says may hold what must not be logged. */
export function describe(cause: unknown): string {
  try {
    if (!(cause instanceof Error)) return typeof cause;
    const { code } = cause as { code?: unknown };
    return typeof code === "string" ? `${cause.name} ${code}` : cause.name;
  } catch {
    // It throws when it is looked at.
    return typeof cause;
  }
}
