import { ContactMemory } from "./contact-memory.ts";
import type { Emitter, Listener } from "./emitter.ts";
import { WebhookError } from "./errors.ts";
import type { AnyEvent } from "./events.ts";
import { HandledKeys } from "./handled-keys.ts";
import { HandlerRun } from "./handler-run.ts";
import type { Delivery, InboxRecord, Outcome } from "./inbox/inbox.ts";
import { type RetryPolicy, retryDelayMs } from "./inbox/retry.ts";
import { Lanes, type Task } from "./lanes.ts";
import type { Logger } from "./logger.ts";
import { Progress } from "./progress.ts";
import { type ReadRecord, RecordReader, reportUnread } from "./record-reader.ts";
import type { Report } from "./report.ts";

export interface ProcessorOptions {
  readonly emitter: Emitter;
  readonly concurrency: number;
  readonly handlerTimeoutMs: number;
  readonly conversationHoldMs: number;
  readonly retry: RetryPolicy;
  readonly maxAgeMs?: number | undefined;
  readonly logger: Logger;
  readonly report: Report;
}

/** A record under way. */
interface Work {
  readonly record: InboxRecord;
  readonly delivery: Delivery;
  readonly completed: string[];
  readonly failed: AnyEvent[];
  left: number;
  readonly misfits: number;
  /** Not all of its events have begun. */
  isReleased: boolean;
  hasBegun: boolean;
  settle(): void;
}

/** A record as far as it could be read, and which of its events were handled before. */
type Opened =
  | { readonly read: ReadRecord; readonly seen: ReadonlySet<string> }
  | { readonly unreadable: unknown };

/** Larger bodies are read in slices, so that others are answered meanwhile. */
const SLICED_BYTES = 65_536;

/** An event waiting for its turn in its conversation. */
interface Turn extends Task {
  readonly conversation: string;
  /** Undefined: to be read again. */
  event: AnyEvent | undefined;
  waited: boolean;
}

const REREAD_BYTES = 16_384;
const NOTHING: ReadonlySet<string> = new Set();

/** Turns records into events, runs their handlers, and says what is to become of each record. */
export class Processor {
  readonly #options: ProcessorOptions;
  readonly #reader: RecordReader;
  readonly #lanes: Lanes;
  readonly #contacts = new ContactMemory();
  readonly #progress = new Progress();
  readonly #handled = new HandledKeys();
  readonly #runs = new Set<HandlerRun>();
  #isStopped = false;
  #admissions: Promise<unknown> | undefined;
  #duplicates = 0;

  constructor(options: ProcessorOptions) {
    this.#options = options;
    this.#reader = new RecordReader(options);
    this.#lanes = new Lanes(options.concurrency);
  }

  /** How many handlers are running. */
  get running(): number {
    return this.#runs.size;
  }

  /** How many events were dropped because they had been handled before. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Starts no more handlers: what has not begun goes back to the inbox. */
  stop(): void {
    this.#isStopped = true;
    this.#lanes.stop();
  }

  /** Tells running handlers to stop, too. */
  abort(): void {
    this.stop();
    for (const run of this.#runs)
      run.abort(new WebhookError("closing", "close() gave up waiting for this handler."));
  }

  /** The inbox calls this for every record, in order. */
  readonly deliver = (record: InboxRecord, delivery: Delivery): Promise<Outcome> => {
    if (this.#isStopped) return Promise.resolve({ kind: "release", completed: delivery.completed });
    return new Promise((resolve, reject) => {
      const opened = this.#open(record, delivery);
      if (this.#admissions === undefined && !(opened instanceof Promise)) {
        this.#begin(record, delivery, opened, resolve);
        return;
      }
      // Records join their conversations in the order of delivery, however long reading and look-ups take. One that
      // cannot be looked up is told of in its turn, and must not count as unhandled until then.
      if (opened instanceof Promise) opened.catch(() => {});
      const before = this.#admissions;
      const admission = (async () => {
        await before;
        this.#begin(record, delivery, await opened, resolve);
      })().catch(reject);
      this.#admissions = admission;
      void admission.then(() => {
        if (this.#admissions === admission) this.#admissions = undefined;
      });
    });
  };

  /** What is in a record and what of it was handled before. Only a small one with an inbox in memory is opened at once. */
  #open(record: InboxRecord, delivery: Delivery): Opened | Promise<Opened> {
    const isPending = (key: string): boolean => this.#progress.has(key);
    if (record.body.byteLength > SLICED_BYTES) return this.#openSliced(record, delivery, isPending);
    let read: ReadRecord;
    try {
      read = this.#reader.read(record, isPending);
    } catch (error) {
      return { unreadable: error };
    }
    const seen = this.#ask(read, delivery);
    return seen instanceof Promise ? seen.then((known) => ({ read, seen: known })) : { read, seen };
  }

  async #openSliced(
    record: InboxRecord,
    delivery: Delivery,
    isPending: (key: string) => boolean,
  ): Promise<Opened> {
    let read: ReadRecord;
    try {
      read = await this.#reader.readSliced(record, isPending);
    } catch (error) {
      return { unreadable: error };
    }
    return { read, seen: await this.#ask(read, delivery) };
  }

  #ask(
    { events }: ReadRecord,
    delivery: Delivery,
  ): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    return events.length === 0 ? NOTHING : delivery.seen(events.map(({ key }) => key));
  }

  #buryUnread(record: InboxRecord, thrown: unknown): Outcome {
    const error =
      thrown instanceof WebhookError
        ? thrown
        : new WebhookError("envelope_unknown", "an authentic notification could not be read.", {
            cause: thrown,
          });
    this.#options.report(error, { record });
    return { kind: "bury", completed: [], reason: error.code };
  }

  #begin(
    record: InboxRecord,
    delivery: Delivery,
    opened: Opened,
    resolve: (outcome: Outcome) => void,
  ): void {
    if (this.#isStopped) {
      resolve({ kind: "release", completed: delivery.completed });
      return;
    }
    if ("unreadable" in opened) {
      resolve(this.#buryUnread(record, opened.unreadable));
      return;
    }
    const { read, seen } = opened;
    const { events, misfits } = read;
    reportUnread(read, this.#options.report);
    const done = delivery.completed.length === 0 ? NOTHING : new Set(delivery.completed);
    const completed = [...delivery.completed];
    const wanted = events.filter(
      (event) => !done.has(event.key) && !this.#isDuplicate(event, seen, completed),
    );
    const work: Work = {
      record,
      delivery,
      completed,
      failed: [],
      left: wanted.length,
      misfits: misfits.length,
      isReleased: false,
      hasBegun: false,
      settle: () => {
        this.#handled.settle(work.completed);
        resolve(this.#outcome(work));
      },
    };
    if (wanted.length === 0) work.settle();
    const turns = wanted.map((event) => this.#turnOf(work, event));
    for (const [conversation, mine] of byConversation(events, turns)) {
      if (this.#lanes.isHeldBy(conversation, record.id)) {
        this.#lanes.release(conversation, record.id, mine);
      } else {
        for (const turn of mine) this.#lanes.add(conversation, turn);
      }
    }
    for (const turn of turns) turn.waited = true;
    // A small body is cheaper to read again than to keep in pieces while it waits.
    if (work.hasBegun || record.body.byteLength > REREAD_BYTES) return;
    for (const turn of turns) turn.event = undefined;
  }

  #turnOf(work: Work, event: AnyEvent): Turn {
    const { key, conversation } = event;
    const turn: Turn = {
      owner: work.record.id,
      conversation,
      event,
      waited: false,
      run: () => this.#handle(work, turn.event ?? this.#readAgain(work, key), turn.waited),
      skip: () => {
        work.isReleased = true;
        this.#finish(work);
      },
    };
    return turn;
  }

  #readAgain({ record }: Work, key: string): AnyEvent | undefined {
    const { events } = this.#reader.read(record, (pending) => pending === key);
    return events.find((event) => event.key === key);
  }

  /** What only this process knows of counts as completed here too: the record that brought it may never be written down. */
  #isDuplicate({ key, name }: AnyEvent, seen: ReadonlySet<string>, completed: string[]): boolean {
    if (!seen.has(key)) {
      if (!this.#handled.has(key)) return false;
      completed.push(key);
    }
    this.#duplicates++;
    this.#options.logger.debug({ event: name }, "dropped an event that had been handled before");
    return true;
  }

  /** An event's turn in its conversation has come. Never rejects. */
  async #handle(work: Work, event: AnyEvent | undefined, waited: boolean): Promise<void> {
    work.hasBegun = true;
    if (event !== undefined && !(await this.#cameMeanwhile(work, event, waited))) {
      await this.#run(work, event);
    }
    this.#finish(work);
  }

  /** While an event waited for its turn, another record may have brought the same one. */
  async #cameMeanwhile(work: Work, event: AnyEvent, waited: boolean): Promise<boolean> {
    if (!waited) return false;
    let seen = NOTHING;
    try {
      seen = await work.delivery.seen([event.key]);
    } catch {
      // The inbox told when the record came; that it cannot tell now is no reason to leave the event out.
    }
    return this.#isDuplicate(event, seen, work.completed);
  }

  async #run(work: Work, event: AnyEvent): Promise<void> {
    const halfDone = this.#progress.get(event.key);
    // Compared when its turn has come, and not again for a retry: only then what came before it has been handled.
    if (event.name === "contact" && halfDone === undefined && !this.#contacts.isNews(event)) return;
    const listeners =
      halfDone?.remaining.filter(({ isOff }) => !isOff) ?? this.#options.emitter.take(event);
    const failed: Listener[] = [];
    await Promise.all(
      listeners.map(async (listener) => {
        const run = new HandlerRun(work.delivery, this.#options.handlerTimeoutMs);
        this.#runs.add(run);
        try {
          await run.call(listener, event);
        } catch (cause) {
          failed.push(listener);
          this.#reportFailure(event, work.delivery.attempt, cause);
        }
        this.#runs.delete(run);
      }),
    );
    if (failed.length > 0) {
      this.#fail(work, event, failed);
      return;
    }
    this.#progress.delete(event.key);
    work.completed.push(event.key);
    this.#handled.add(event.key);
  }

  #finish(work: Work, events = 1): void {
    work.left -= events;
    if (work.left === 0) work.settle();
  }

  /** The rest of its conversation waits for the retry, the record's own events too: they come back with it. */
  #fail(work: Work, event: AnyEvent, remaining: readonly Listener[]): void {
    const failedSince = this.#progress.failedSince(event.key) || Date.now();
    this.#progress.set(event.key, { remaining, failedSince });
    work.failed.push(event);
    const holdMs = failedSince + this.#options.conversationHoldMs - Date.now();
    if (holdMs <= 0 || this.#retryDelayMs(work) === undefined) return;
    const postponed = this.#lanes.hold(event.conversation, work.record.id, holdMs);
    if (postponed.length > 0) this.#finish(work, postponed.length);
  }

  #retryDelayMs({ delivery }: Work): number | undefined {
    return retryDelayMs(this.#options.retry, delivery.attempt);
  }

  #outcome(work: Work): Outcome {
    const { completed, delivery, failed, record } = work;
    if (failed.length === 0) {
      return work.isReleased ? { kind: "release", completed } : ended(completed, work.misfits);
    }
    const delayMs = this.#retryDelayMs(work);
    const reason = `${failed.length} failed: ${[...new Set(failed.map(({ name }) => name))].join(", ")}`;
    for (const { conversation, key } of failed) {
      const heldUntil = this.#progress.failedSince(key) + this.#options.conversationHoldMs;
      if (delayMs === undefined || Date.now() + delayMs > heldUntil)
        this.#lanes.release(conversation, record.id);
      if (delayMs === undefined) this.#progress.delete(key);
    }
    if (delayMs !== undefined) return { kind: "retry", completed, delayMs, reason };
    const message = `attempt ${delivery.attempt} was the last (${reason}); the notification is kept and not tried again.`;
    this.#options.report(new WebhookError("record_buried", message), {
      record,
      attempt: delivery.attempt,
    });
    return { kind: "bury", completed, reason };
  }

  #reportFailure(event: AnyEvent, attempt: number, cause: unknown): void {
    if (cause instanceof WebhookError && cause.code === "closing") return;
    const timedOut = cause instanceof WebhookError && cause.code === "handler_timeout";
    const next =
      attempt < this.#options.retry.maxAttempts
        ? "it will be tried again"
        : "it was the last attempt";
    const error = timedOut
      ? cause
      : new WebhookError(
          "handler_failed",
          `a handler of "${event.name}" failed in attempt ${attempt}; ${next}.`,
          { cause },
        );
    this.#options.report(error, { event, attempt });
  }
}

/** The turns by conversation, and the conversations of all events: one that is held may have nothing left to do. */
function byConversation(events: readonly AnyEvent[], turns: readonly Turn[]): Map<string, Turn[]> {
  const lists = new Map<string, Turn[]>(events.map(({ conversation }) => [conversation, []]));
  for (const turn of turns) lists.get(turn.conversation)?.push(turn);
  return lists;
}

/** All that could be handled has been. What does not fit its schema is kept: a later version may know it. */
function ended(completed: readonly string[], misfits: number): Outcome {
  if (misfits === 0) return { kind: "done", completed };
  return { kind: "bury", completed, reason: `item_invalid: ${misfits} item(s) did not fit` };
}
