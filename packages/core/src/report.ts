import type { WebhookError } from "./errors.ts";
import type { AnyEvent } from "./events.ts";
import type { InboxRecord } from "./inbox/inbox.ts";

/** What an error was about, as far as that is known. */
export interface ErrorContext {
  readonly event?: AnyEvent;
  /** The stored notification, with its bytes. */
  readonly record?: InboxRecord;
  /** Which delivery of the notification it was, the first being 1. See `retry.maxAttempts`. */
  readonly attempt?: number;
}

/** Tells of what went wrong. Must not throw. */
export type Report = (error: WebhookError, context: ErrorContext) => void;
