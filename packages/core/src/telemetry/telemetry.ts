import type { ErrorCode } from "../errors.ts";
import type { EventName } from "../events.ts";
import type { InboxHealth } from "../health.ts";

/**
 * What core tells to whoever watches it from outside. `openTelemetry()` of `@whatsapp-webhooks/core/opentelemetry` is one
 * implementation; a few counters of another library are another. Every method is optional, is called where the thing
 * happens, and must return at once; what it throws is not heard of. Nothing that is told holds a payload, an id, a number,
 * a tenant or a URL: all words come from our tables, so all of them may become labels.
 */
export interface Telemetry {
  /** A request has come; called in its asynchronous context, where a span of the HTTP server may be active. */
  receiving?(request: ReceivedRequest): Receiving | undefined;
  /** An event's turn has come and its handlers are about to run. Again with each of its retries. */
  handling?(event: HandledEvent): Handling | undefined;
  /** An event was dropped, because it had been handled before. */
  duplicate?(event: { readonly name: EventName }): void;
  /** Handlers of an event failed, and it will come again. */
  retried?(event: { readonly name: EventName }): void;
  /**
   * A notification becomes a dead letter: `record_dead_lettered` after the last attempt, `item_invalid` for an item
   * that nobody listens for and that does not fit, and the codes of what cannot be read.
   */
  deadLettered?(record: { readonly reason: ErrorCode }): void;
  /**
   * Called once, with what asks the inbox; it takes at most a second and never rejects. Returns what ends the observation,
   * which is called by `close()`.
   */
  observe?(inbox: () => Promise<InboxHealth>): (() => void) | undefined;
}

/** What is known of a request before it is looked at. */
export interface ReceivedRequest {
  /** A notification, a handshake, or anything else, which is refused. */
  readonly method: "POST" | "GET" | "_OTHER";
}

/** One request. */
export interface Receiving {
  /** W3C `traceparent` of what goes on here, to be stored with the notification. */
  readonly trace?: string | undefined;
  /** Must call `work`, once and at once: in the context that what it does is to have. */
  run?(work: () => void): void;
  /** The answer is known; it is written by the adapter after this. */
  answered(answer: Answer): void;
}

/** What a request was answered. */
export interface Answer {
  readonly status: number;
  /** Why it was refused. Undefined with 200. */
  readonly code: ErrorCode | undefined;
  /** It was refused because it could not be shown to be the platform's: a signature, a token, a password, or the lack of one. */
  readonly isUnverified: boolean;
}

/** An event whose handlers are about to run. */
export interface HandledEvent {
  readonly name: EventName;
  /** Which delivery of its notification this is, the first being 1; not every event runs in each. */
  readonly attempt: number;
  /** What `receiving` gave, possibly in another process and days ago. */
  readonly trace: string | undefined;
  /**
   * Milliseconds since it happened, by the platform's clock; 0 if that is ahead of ours. Undefined where this says nothing
   * of how fast we are: in later deliveries than the first, and for chat history, which is old by nature.
   */
  readonly lagMs: number | undefined;
}

/** The handlers of one event, side by side. */
export interface Handling {
  /** As {@link Receiving.run}. */
  run?(work: () => void): void;
  /** One handler failed. `kind` is the name of what it threw, if that is a plain word such as `TypeError`; never its text. */
  failed?(failure: HandlerFailure): void;
  /** All of them have ended; those that failed were told of before. */
  ended(): void;
}

/** Why a handler failed. */
export interface HandlerFailure {
  /** `closing`: `close()` gave up waiting for it, which is no fault of the handler's. */
  readonly code: "handler_failed" | "handler_timeout" | "closing";
  readonly kind: string | undefined;
}
