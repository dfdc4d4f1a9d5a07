import { type AnyEvent, createWebhooks, type Logger, type Webhooks } from "@whatsapp-webhooks/core";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";
import { onTestFinished } from "vitest";
import { BullmqInbox, type BullmqInboxOptions } from "../../src/bullmq-inbox.ts";

export interface Line {
  readonly level: keyof Logger;
  readonly details: object;
  readonly message: string;
}

/** A logger that keeps its lines. */
export function keeping(): Logger & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const keep = (level: keyof Logger) => (details: object, message: string) => {
    lines.push({ level, details, message });
  };
  return {
    lines,
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
  };
}

export interface Receiving {
  readonly webhooks: Webhooks;
  readonly inbox: BullmqInbox;
  readonly logger: ReturnType<typeof keeping>;
  readonly heard: string[];
  post(text: string, from?: string): Promise<number>;
}

/** A process as a user would write it. It ends with the test. */
export async function receiving(
  options: BullmqInboxOptions,
  handle: (event: AnyEvent & { name: "message.text" }) => unknown = () => {},
): Promise<Receiving> {
  const logger = keeping();
  const inbox = new BullmqInbox({ ...options, logger });
  const webhooks = createWebhooks({
    appSecret: "secret",
    verifyToken: "token",
    inbox,
    logger,
    retry: { minDelayMs: 20, maxDelayMs: 50, maxAttempts: 3 },
    onError() {},
  });
  onTestFinished(async () => void (await webhooks.close({ timeoutMs: 1_000 })));
  const heard: string[] = [];
  if (options.role !== "receive") {
    webhooks.on("message.text", (event) => {
      heard.push(event.data.text.body);
      return handle(event);
    });
    await webhooks.start();
  }
  const post = async (text: string, from = "12125550101"): Promise<number> => {
    const { status } = await inject(webhooks, signed(notification({ text, from }), "secret"));
    return status;
  };
  return { webhooks, inbox, logger, heard, post };
}
