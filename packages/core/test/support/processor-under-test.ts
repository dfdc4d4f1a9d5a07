import { type Mock, vi } from "vitest";
import { Emitter } from "../../src/emitter.ts";
import type { AnyEvent, Logger, Subscriptions, WebhookError } from "../../src/index.ts";
import { Processor, type ProcessorOptions } from "../../src/processor.ts";

interface UnderTest extends Subscriptions {
  readonly processor: Processor;
  readonly errors: WebhookError[];
  readonly logger: Logger & { readonly debug: Mock };
  scoped(phoneNumberId: string): Subscriptions;
}

/** A processor with what it needs, and the functions to subscribe by. */
export function setUp(options: Partial<ProcessorOptions> = {}): UnderTest {
  const emitter = new Emitter(() => {});
  const errors: WebhookError[] = [];
  const logger = { debug: vi.fn(), info() {}, warn() {}, error() {} };
  const processor = new Processor({
    emitter,
    concurrency: 64,
    handlerTimeoutMs: 1_000,
    conversationHoldMs: 60_000,
    retry: { maxAttempts: 3, minDelayMs: 1_000, maxDelayMs: 10_000, factor: 3 },
    logger,
    report: (error) => errors.push(error),
    ...options,
  });
  return {
    processor,
    errors,
    logger,
    ...emitter.subscriptions(),
    scoped: (id: string) => emitter.subscriptions(id),
  };
}

/** The text, or of what is no text the name. */
export const bodyOf = (event: AnyEvent) =>
  event.name === "message.text" ? event.data.text.body : event.name;
