import { setBackgroundTimer } from "./background-timer.ts";
import type { AppSecret, OnPremisesOptions, VerifyToken } from "./credentials.ts";
import { cutRecord } from "./cut-record.ts";
import { Emitter, type Subscriptions } from "./emitter.ts";
import { WebhookError } from "./errors.ts";
import { type Health, type HealthOptions, healthOf, InboxWatch } from "./health.ts";
import type { WebhookRequest, WebhookResponse } from "./http.ts";
import type { Consumer, Inbox } from "./inbox/inbox.ts";
import { memoryInbox } from "./inbox/memory-inbox.ts";
import { defaultRetry, type RetryOptions } from "./inbox/retry.ts";
import { harmless, type Logger, stderrLogger } from "./logger.ts";
import { LONGEST_MS, withDefaults } from "./options.ts";
import { Processor } from "./processor.ts";
import { createReceiver } from "./receiver.ts";
import type { ErrorContext } from "./report.ts";
import { createReport } from "./reporter.ts";
import { harmlessTelemetry } from "./telemetry/harmless-telemetry.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { checkWebhooksOptions } from "./webhooks-options.ts";

/** What {@link createWebhooks} takes: two secrets, and the rest has defaults. */
export interface WebhooksOptions {
  /**
   * The Meta app's App Secret, which notifications are signed with; see {@link AppSecret} for several and for tenants.
   * `undefined` is allowed by the type, so that `process.env` fits as it is; at run time it is an error that says what to set.
   */
  readonly appSecret: AppSecret | undefined;
  /** The word typed in beside the callback URL; see {@link VerifyToken}. `undefined` as with `appSecret`. */
  readonly verifyToken: VerifyToken | undefined;
  /** Lets unsigned On-Premises notifications in. Off unless given. */
  readonly onPremises?: OnPremisesOptions | undefined;
  /** Where notifications wait between the 200 and their handlers. Default: {@link memoryInbox}, which a crash empties. */
  readonly inbox?: Inbox | undefined;
  /** The largest body taken; larger is answered 413. Default 4 MiB: the platform sends up to 3 MB. */
  readonly bodyLimitBytes?: number | undefined;
  /** How long a body may take to arrive; longer is answered 408. Default 10,000 (ten seconds). */
  readonly readTimeoutMs?: number | undefined;
  /**
   * Bytes of bodies read at one time over all requests before their signature is known; more is answered 503, first to
   * those that have been coming for more than a second. Default 64 MiB.
   */
  readonly unverifiedLimitBytes?: number | undefined;
  /** Conversations handled at one time. Default 64. */
  readonly concurrency?: number | undefined;
  /** After this a handler counts as failed and its signal is aborted. Default 300,000 (five minutes). */
  readonly handlerTimeoutMs?: number | undefined;
  /** How long the rest of a conversation waits for the retry of its failed event. Default 60,000 (a minute). */
  readonly conversationHoldMs?: number | undefined;
  /** When and how often a failed event is tried again. Default: ten times within about two hours. */
  readonly retry?: RetryOptions | undefined;
  /** Events older than this by the platform's clock become `stale` events (not those of `history`). A retry keeps its event as it was. Milliseconds. Default: none do. */
  readonly maxAgeMs?: number | undefined;
  /** Anything with pino's method shape. Default: warnings and errors to stderr. */
  readonly logger?: Logger | undefined;
  /** Spans and metrics: `openTelemetry()` of `@whatsapp-webhooks/core/opentelemetry`, or your own. Default: none. */
  readonly telemetry?: Telemetry | undefined;
  /** Hears of every failed handler and every notification that could not be handled. Default: the logger does. */
  readonly onError?: ((error: WebhookError, context: ErrorContext) => unknown) | undefined;
}

/** For `webhooks.close()`. */
export interface CloseOptions {
  /** How long to wait for what is under way. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** What `close()` had to leave. */
export interface CloseReport {
  /** Handlers that were still running; their signals were aborted. */
  readonly running: number;
  /** Notifications not handled to the end: kept by a durable inbox, lost by one in memory. Undefined where the inbox cannot tell. */
  readonly pending: number | undefined;
}

/** The object to subscribe on and to hand to an adapter. */
export interface Webhooks extends Subscriptions {
  /** The same subscriptions, for the events of one business number. */
  scoped(phoneNumberId: string): Subscriptions;
  /**
   * Begins handling. Call it once your handlers are registered; until then notifications are stored and answered. With
   * none at all it rejects with the code `no_handlers`. An inbox in memory starts by itself at its first notification. Idempotent.
   */
  start(): Promise<void>;
  /**
   * Resolves when all that was taken has been handled once, as far as the inbox can tell; at once when nobody listens.
   * For tests and `waitUntil`.
   */
  idle(): Promise<void>;
  /**
   * Takes no more notifications (503: the platform delivers again), lets running handlers finish and closes the inbox.
   * Call it before the server's own close. Idempotent.
   */
  close(options?: CloseOptions): Promise<CloseReport>;
  /**
   * How this process is, for a readiness endpoint: 200 if `ready`, else 503. Resolves in time whatever the inbox does, and
   * never rejects. See {@link Health} for liveness.
   */
  health(options?: HealthOptions): Promise<Health>;
  /** For adapters: one request to one response. Never rejects. */
  receive(request: WebhookRequest): Promise<WebhookResponse>;
}

/** After this somebody is told that nothing handles what a durable inbox holds. */
export const START_REMINDER_MS = 10_000;
/** How long `close()` waits for handlers. */
export const CLOSE_MS = 10_000;

/** Wires receiver, inbox, processor and emitter into the object that users hold. */
export function createWebhooks(options: WebhooksOptions): Webhooks {
  checkWebhooksOptions(options);
  const logger = harmless(options.logger ?? stderrLogger);
  const numbers = withDefaults(defaults, options);
  const inbox = options.inbox ?? memoryInbox();
  const inboxWatch = new InboxWatch(inbox);
  const telemetry =
    options.telemetry === undefined ? undefined : harmlessTelemetry(options.telemetry);
  let consumer: Promise<Consumer> | undefined;
  let closing: Promise<CloseReport> | undefined;
  let isLateTold = false;
  let hasStored = false;
  let isStarted = false;

  const emitter = new Emitter((pattern) => {
    if (closing !== undefined) return;
    if (consumer === undefined) {
      if (hasStored) startVolatile();
    } else if (!isLateTold) {
      isLateTold = true;
      logger.warn(
        { pattern },
        `on("${pattern}") came after start(): what was handled before has passed it by. Register handlers before start().`,
      );
    }
  });
  const processor = new Processor({
    ...numbers,
    emitter,
    logger,
    retry: withDefaults(defaultRetry, options.retry),
    // Where the platform itself does the retrying, nothing is gained by holding its next requests up.
    conversationHoldMs: inbox.handlesInPut === true ? 0 : numbers.conversationHoldMs,
    ordersConversations: inbox.ordersConversations,
    maxAgeMs: options.maxAgeMs,
    report: createReport(options.onError, logger),
    telemetry,
  });
  const receiver = createReceiver({
    ...numbers,
    appSecret: options.appSecret,
    verifyToken: options.verifyToken,
    onPremises: options.onPremises,
    inbox,
    logger,
    telemetry,
    onArrival() {
      if (hasStored || consumer !== undefined) return;
      hasStored = true;
      startVolatile();
    },
  });
  const stopObserving = telemetry?.observe(() => inboxWatch.look());
  // An inbox in memory starts by itself.
  const reminder =
    inbox.durable && inbox.receivesOnly !== true
      ? setBackgroundTimer(remind, START_REMINDER_MS)
      : undefined;

  /** Waits for a first handler and for those registered beside it: with none, notifications would pass unseen. */
  function startVolatile(): void {
    if (inbox.durable) return;
    if (emitter.isEmpty)
      logger.warn({}, "a notification waits, but no handler is registered yet: webhooks.on(…)");
    else setImmediate(() => void startQuietly());
  }

  async function startQuietly(): Promise<void> {
    try {
      if (closing === undefined) await start();
    } catch (thrown) {
      logger.error(
        { err: thrown },
        "the inbox could not be started; the next notification tries again",
      );
      hasStored = false;
    }
  }

  function remind(): void {
    if (consumer !== undefined) return;
    logger.error(
      {},
      "notifications are stored, but nothing handles them. Add `await webhooks.start()` after your handlers are registered.",
    );
  }

  function consume(): Promise<Consumer> {
    const { concurrency } = numbers;
    return inbox.consume(processor.deliver, { logger, cut: cutRecord, concurrency });
  }

  async function start(): Promise<void> {
    if (closing !== undefined)
      throw new WebhookError("closing", "start() after close(): make new webhooks instead.");
    if (emitter.isEmpty && consumer === undefined && inbox.receivesOnly !== true) {
      throw new WebhookError(
        "no_handlers",
        "start() came before the first on(…): what waits would pass unseen. Register handlers first, in modules that you await, too.",
      );
    }
    clearTimeout(reminder);
    consumer ??= consume();
    try {
      await consumer;
      isStarted = true;
    } catch (thrown) {
      consumer = undefined;
      throw thrown;
    }
  }

  async function shutDown(timeoutMs: number): Promise<CloseReport> {
    receiver.close();
    clearTimeout(reminder);
    if (!inbox.durable && hasStored && !emitter.isEmpty) consumer ??= consume();
    // What has not begun is safe in a durable inbox; in memory there is no other copy, so it is handled first.
    if (inbox.durable) processor.stop();
    const finished = (async () => (await consumer)?.close())().catch((thrown: unknown) => {
      logger.error({ err: thrown }, "the inbox could not be brought to rest");
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(timeoutMs, LONGEST_MS));
    });
    await Promise.race([finished, late]);
    clearTimeout(timer);
    stopObserving?.();
    const report = { running: processor.running, pending: inbox.pending?.() };
    processor.abort();
    // What is done of that which was given up reaches the inbox before it closes.
    await new Promise((resolve) => setImmediate(resolve));
    await inbox.close();
    if (report.running > 0 || (report.pending ?? 0) > 0) {
      const fate = inbox.durable ? "the inbox keeps it" : "an inbox in memory cannot keep it";
      logger.warn(
        report,
        `close() left work behind; ${inbox.handlesInPut === true ? "it is answered 503 and comes again" : fate}.`,
      );
    }
    return report;
  }

  return {
    ...emitter.subscriptions(),
    scoped: (phoneNumberId) => emitter.subscriptions(phoneNumberId),
    start,
    idle: async () => (consumer === undefined && emitter.isEmpty ? undefined : inbox.idle?.()),
    close: ({ timeoutMs = CLOSE_MS } = {}) => (closing ??= shutDown(timeoutMs)),
    async health({ timeoutMs } = {}) {
      const inboxHealth = await inboxWatch.look(timeoutMs);
      const mustStart = inbox.durable && inbox.receivesOnly !== true;
      const state = { started: isStarted, draining: closing !== undefined, mustStart };
      return healthOf(state, inboxHealth);
    },
    receive: (request) => receiver.receive(request),
  };
}

export const defaults = {
  bodyLimitBytes: 4 * 1024 * 1024,
  readTimeoutMs: 10_000,
  unverifiedLimitBytes: 64 * 1024 * 1024,
  concurrency: 64,
  handlerTimeoutMs: 300_000,
  conversationHoldMs: 60_000,
};
