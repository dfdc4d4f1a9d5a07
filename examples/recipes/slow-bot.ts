import { createWebhooks, type Inbox } from "@whatsapp-webhooks/core";

export interface Bot {
  /** Takes a minute. Must stop when the signal says so. */
  readonly think: (text: string, signal: AbortSignal) => Promise<string>;
  readonly send: (to: string, text: string) => Promise<void>;
  /** What was thought up and not sent yet, by event. A table: it has to outlive the process. */
  readonly drafts: {
    get(key: string): Promise<string | undefined>;
    set(key: string, text: string): Promise<void>;
  };
  /** On disk or in Redis: what was answered 200 and not thought about yet survives a restart. */
  readonly inbox: Inbox;
}

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;

/** The platform had its 200 long ago. One customer's questions are answered one after another, others' beside them. */
export function createBot({ think, send, drafts, inbox }: Bot) {
  const webhooks = createWebhooks({
    appSecret,
    verifyToken,
    inbox,
    concurrency: 20, // As many questions as the model takes at one time.
    handlerTimeoutMs: 120_000, // Twice what it usually takes; then the signal is aborted, and it is tried again.
    maxAgeMs: 3_600_000, // After an outage nobody wants yesterday's answers: older ones become `stale` events.
  });
  webhooks.on("message.text", async ({ key, sender, data }, { signal }) => {
    // If only the sending failed, the retry does not think again.
    const draft = (await drafts.get(key)) ?? (await think(data.text.body, signal));
    await drafts.set(key, draft);
    await send(sender?.phone ?? sender?.userId ?? "", draft);
  });
  return webhooks;
}
