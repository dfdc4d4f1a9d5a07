import { type Mock, onTestFinished, vi } from "vitest";
import {
  createWebhooks,
  inlineInbox,
  type SeenKeys,
  type WebhooksOptions,
} from "../../src/index.ts";
import { SECRET, TOKEN } from "./notifications.ts";

/** What is told is looked at. */
export const logger: { debug(): void; info(): void; warn: Mock; error: Mock } = {
  debug() {},
  info() {},
  warn: vi.fn(),
  error: vi.fn(),
};

/** Webhooks that answer after their handlers; closed after the test, which has its timers back. */
export function setUp(seenKeys?: SeenKeys, options: Partial<WebhooksOptions> = {}) {
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: TOKEN,
    logger,
    inbox: inlineInbox({ seenKeys }),
    ...options,
  });
  onTestFinished(async () => {
    vi.useRealTimers();
    await webhooks.close({ timeoutMs: 1 });
  });
  return webhooks;
}

/** A memory of keys outside the process, as a table would be. */
export function sharedKeys() {
  const keys = new Set<string>();
  return {
    keys,
    has: vi.fn<SeenKeys["has"]>(async (asked) => new Set(asked.filter((key) => keys.has(key)))),
    add: vi.fn<SeenKeys["add"]>(async (added) => {
      for (const key of added) keys.add(key);
    }),
  };
}
