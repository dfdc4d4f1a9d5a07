import { DEFAULT_PATH, type WebhookResponse, type Webhooks } from "@whatsapp-webhooks/core";
import type { NotificationRequest } from "./signed.ts";

/** Where an injected notification claims to have come in, for secret and account functions that look. */
export interface InjectOptions {
  /** Path and query as called. Default `/webhooks/whatsapp`. */
  readonly url?: string | undefined;
  /** What `:name` segments of an adapter's path would have matched. */
  readonly params?: Readonly<Record<string, string>> | undefined;
}

/**
 * Hands a notification to the webhooks as an adapter would, without a server or a port. Resolves with the answer;
 * handlers run after it, and `await webhooks.idle()` waits for them. Never rejects: a refusal is an answer too.
 *
 * ```ts
 * const { status } = await inject(webhooks, signed(notification({ text: "Hello" }), appSecret));
 * await webhooks.idle(); // now every handler has run
 * ```
 */
export function inject(
  webhooks: Pick<Webhooks, "receive">,
  notification: NotificationRequest,
  { url = DEFAULT_PATH, params = {} }: InjectOptions = {},
): Promise<WebhookResponse> {
  // Not `Headers`, which throws for what no server would let through: here it is refused as by the receiver.
  const headers = new Map<string, string>();
  for (const [spelling, value] of Object.entries(notification.headers)) {
    const name = spelling.toLowerCase();
    const before = headers.get(name);
    // One that is given twice comes as a server joins it.
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return webhooks.receive({
    method: "POST",
    url,
    params,
    header: (name) => headers.get(name.toLowerCase()),
    body: { kind: "bytes", bytes: notification.body },
  });
}
