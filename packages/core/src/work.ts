import type { AnyEvent, EventName } from "./events.ts";
import type { Delivery, InboxRecord, Outcome } from "./inbox/inbox.ts";
import { type RetryPolicy, retryDelayMs } from "./inbox/retry.ts";
import type { Task } from "./lanes.ts";

/** A record under way. */
export class Work {
  readonly record: InboxRecord;
  readonly delivery: Delivery;
  readonly completed: string[];
  readonly failed: AnyEvent[] = [];
  readonly misfits: number;
  /** Told what is to become of the record. */
  readonly settle: (outcome: Outcome) => void;
  /** Events that have not ended. */
  left = 0;
  /** Not all of its events have begun, or close() gave up waiting for one. */
  isReleased = false;
  hasBegun = false;
  readonly #retry: RetryPolicy;
  #delayMs: number | undefined;

  constructor(
    record: InboxRecord,
    delivery: Delivery,
    misfits: number,
    retry: RetryPolicy,
    settle: (outcome: Outcome) => void,
  ) {
    this.record = record;
    this.delivery = delivery;
    this.completed = [...delivery.completed];
    this.misfits = misfits;
    this.#retry = retry;
    this.settle = settle;
  }

  /** Milliseconds from its end to its retry, the same each time. Undefined: this attempt is the last. */
  get retryDelayMs(): number | undefined {
    this.#delayMs ??= retryDelayMs(this.#retry, this.delivery.attempt);
    return this.#delayMs;
  }
}

/** Whoever runs turns. Neither throws nor rejects. */
export interface TurnHost {
  take(turn: Turn): void | Promise<void>;
  skip(turn: Turn): void;
}

/** An event waiting for its turn in its conversation. */
export class Turn implements Task {
  readonly work: Work;
  readonly key: string;
  readonly name: EventName;
  readonly conversation: string;
  /** Undefined: to be read again. */
  event: AnyEvent | undefined;
  /** When it joined its conversation, by `performance.now()`, and what had been handled until then. */
  readonly sinceMs = performance.now();
  readonly sinceHandled: number;
  readonly #host: TurnHost;

  constructor(host: TurnHost, work: Work, event: AnyEvent, handled: number) {
    this.#host = host;
    this.work = work;
    this.key = event.key;
    this.name = event.name;
    this.conversation = event.conversation;
    this.event = event;
    this.sinceHandled = handled;
  }

  get owner(): string {
    return this.work.record.id;
  }

  run(): void | Promise<void> {
    return this.#host.take(this);
  }

  skip(): void {
    this.#host.skip(this);
  }
}

/** The turns by conversation, and the conversations of all events: one that is held may have nothing left to do. */
export function byConversation(
  events: readonly AnyEvent[],
  turns: readonly Turn[],
): Iterable<readonly [string, readonly Turn[]]> {
  const first = events[0]?.conversation;
  if (first !== undefined && events.every(({ conversation }) => conversation === first))
    return [[first, turns]];
  const lists = new Map<string, Turn[]>(events.map(({ conversation }) => [conversation, []]));
  for (const turn of turns) lists.get(turn.conversation)?.push(turn);
  return lists;
}

/** All that could be handled has been. What does not fit its schema is kept: a later version may know it. */
export function ended(completed: readonly string[], misfits: number): Outcome {
  if (misfits === 0) return { kind: "done", completed };
  return { kind: "dead_letter", completed, reason: `item_invalid: ${misfits} item(s) did not fit` };
}
