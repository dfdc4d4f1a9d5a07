import { Admissions } from "./admissions.ts";
import { ContactMemory } from "./contact-memory.ts";
import type { Emitter, Listener } from "./emitter.ts";
import { WebhookError } from "./errors.ts";
import type { AnyEvent } from "./events.ts";
import { HandledKeys } from "./handled-keys.ts";
import { HandlerRuns } from "./handler-runs.ts";
import { HandlersBehind } from "./handlers-behind.ts";
import type { Delivery, InboxRecord, Outcome } from "./inbox/inbox.ts";
import type { RetryPolicy } from "./inbox/retry.ts";
import { Lanes } from "./lanes.ts";
import type { Logger } from "./logger.ts";
import { Progress } from "./progress.ts";
import { type Opened, RecordOpener } from "./record-opener.ts";
import { RecordReader, reportUnread } from "./record-reader.ts";
import type { Report } from "./report.ts";
import type { HarmlessTelemetry } from "./telemetry/harmless-telemetry.ts";
import { byConversation, ended, Turn, type TurnHost, Work } from "./work.ts";

export interface ProcessorOptions {
  readonly emitter: Emitter;
  readonly concurrency: number;
  readonly handlerTimeoutMs: number;
  readonly conversationHoldMs: number;
  /** Whether the inbox keeps conversations in order itself: then none waits here for a retry, which may run elsewhere. */
  readonly ordersConversations?: boolean | undefined;
  readonly retry: RetryPolicy;
  readonly maxAgeMs?: number | undefined;
  readonly logger: Logger;
  readonly report: Report;
  readonly telemetry?: HarmlessTelemetry | undefined;
}

const REREAD_BYTES = 16_384;
const KEPT_EVENTS = 500;
/** After so long it is worth asking the inbox again. */
const LONG_MS = 250;
const NOTHING: ReadonlySet<string> = new Set();

/** Turns records into events, runs their handlers, and says what is to become of each record. */
export class Processor implements TurnHost {
  readonly #options: ProcessorOptions;
  readonly #opener: RecordOpener;
  readonly #lanes: Lanes;
  readonly #contacts = new ContactMemory();
  readonly #progress = new Progress();
  readonly #handled = new HandledKeys();
  /** Events whose handlers are running, by key. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #runs: HandlerRuns;
  readonly #behind: HandlersBehind;
  #isStopped = false;
  readonly #admissions = new Admissions();
  #duplicates = 0;

  constructor(options: ProcessorOptions) {
    this.#options = options;
    this.#opener = new RecordOpener(
      new RecordReader(options),
      (key) => this.#progress.get(key)?.name,
    );
    this.#lanes = new Lanes(options.concurrency);
    this.#runs = new HandlerRuns(options);
    this.#behind = new HandlersBehind(options.logger, options.conversationHoldMs);
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
    this.#runs.abort();
  }

  /** The inbox calls this for every record, in order. */
  readonly deliver = (record: InboxRecord, delivery: Delivery): Promise<Outcome> => {
    if (this.#isStopped) return Promise.resolve({ kind: "release", completed: delivery.completed });
    return new Promise((resolve, reject) => {
      // Records join their conversations in the order of delivery, however long reading and look-ups take.
      this.#admissions.add(
        this.#opener.open(record, delivery),
        (opened) => this.#begin(record, delivery, opened, resolve),
        reject,
      );
    });
  };

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
      this.#options.report(opened.unreadable, { record });
      this.#options.telemetry?.deadLettered({ reason: opened.unreadable.code });
      resolve({ kind: "dead_letter", completed: [], reason: opened.unreadable.code });
      return;
    }
    const { read, seen } = opened;
    const { events, misfits } = read;
    reportUnread(read, this.#options.report);
    const done = new Set(delivery.completed);
    const work = new Work(record, delivery, misfits.length, this.#options.retry, resolve);
    const turns: Turn[] = [];
    for (const event of events) {
      if (done.has(event.key) || this.#isDuplicate(event, seen, work.completed)) continue;
      turns.push(new Turn(this, work, event, this.#handled.changes));
    }
    work.left = turns.length;
    if (turns.length === 0) this.#settle(work);
    for (const [conversation, mine] of byConversation(events, turns)) {
      if (this.#lanes.isHeldBy(conversation, record.id)) {
        this.#lanes.release(conversation, record.id, mine);
      } else {
        this.#lanes.add(conversation, mine);
      }
    }
    // Many that wait are kept as bytes: small bodies are cheaper to read again than to keep in pieces.
    const areFew = this.#lanes.waiting <= KEPT_EVENTS;
    if (areFew || work.hasBegun || record.body.byteLength > REREAD_BYTES) return;
    for (const turn of turns) turn.event = undefined;
  }

  /** What only this process knows of counts as completed here too: the record that brought it may never be written down. */
  #isDuplicate({ key, name }: AnyEvent, seen: ReadonlySet<string>, completed: string[]): boolean {
    if (!seen.has(key)) {
      if (!this.#handled.has(key)) return false;
      completed.push(key);
    }
    this.#duplicates++;
    this.#options.telemetry?.duplicate({ name });
    this.#options.logger.debug({ event: name }, "dropped an event that had been handled before");
    return true;
  }

  /** An event's turn in its conversation has come. Called by the turn alone. */
  take(turn: Turn): void | Promise<void> {
    const { work, key, sinceMs } = turn;
    work.hasBegun = true;
    // In another conversation: of a number there, and here of the user id that it has by now.
    const other = this.#underWay.get(key);
    if (other !== undefined)
      return other.then(() => (this.#isStopped ? this.skip(turn) : this.take(turn)));
    // Meanwhile another record may have brought the same event, which is half done under its name there.
    const name = this.#progress.get(key)?.name ?? turn.name;
    const event =
      turn.event?.name === name ? turn.event : this.#opener.readAgain(work.record, key, name);
    if (event === undefined) return this.#finish(work);
    // While it waited, another record may have brought the same event. What was handled here of late is known here;
    // two processes that get the same at the same time both handle it.
    const waitedMs = performance.now() - sinceMs;
    if (waitedMs >= LONG_MS) return this.#takeLate(turn, event, waitedMs);
    const isKnown = this.#handled.changes === turn.sinceHandled;
    if (!isKnown && this.#isDuplicate(event, NOTHING, work.completed)) return this.#finish(work);
    return this.#run(work, event);
  }

  /** There is no time left for a turn. Called by the turn alone. */
  skip({ work }: Turn): void {
    work.isReleased = true;
    this.#finish(work);
  }

  async #takeLate(turn: Turn, event: AnyEvent, waitedMs: number): Promise<void> {
    const { work } = turn;
    this.#behind.waited(waitedMs, { waiting: this.#lanes.waiting, running: this.running });
    let seen = NOTHING;
    try {
      seen = await work.delivery.seen([event.key]);
    } catch {
      // The inbox told when the record came; that it cannot tell now is no reason to leave the event out.
    }
    if (this.#isStopped) this.skip(turn);
    // Begun elsewhere while the inbox was asked.
    else if (this.#underWay.has(event.key)) await this.take(turn);
    else if (this.#isDuplicate(event, seen, work.completed)) this.#finish(work);
    else await this.#run(work, event);
  }

  #run(work: Work, event: AnyEvent): void | Promise<void> {
    const halfDone = this.#progress.get(event.key);
    // Compared when its turn has come, and not again for a retry: only then what came before it has been handled.
    if (event.name === "contact" && halfDone === undefined && !this.#contacts.isNews(event))
      return this.#finish(work);
    const listeners =
      halfDone?.remaining.filter(({ isOff }) => !isOff) ?? this.#options.emitter.take(event);
    const failed = this.#runs.run(listeners, event, work.delivery, work.record.trace);
    if (!(failed instanceof Promise)) return this.#ran(work, event, failed);
    const ran = failed.then((late) => this.#ran(work, event, late));
    this.#underWay.set(event.key, ran);
    return ran;
  }

  #ran(work: Work, event: AnyEvent, failed: readonly Listener[]): void {
    this.#underWay.delete(event.key);
    if (failed.length === 0) {
      this.#progress.delete(event.key);
      work.completed.push(event.key);
      if (work.left > 1) this.#handled.add(event.key);
    } else if (this.#runs.areAborted) {
      // close() gave it up, which is no failure: it must cost no attempt.
      work.isReleased = true;
    } else {
      this.#fail(work, event, failed);
    }
    this.#finish(work);
  }

  #finish(work: Work, events = 1): void {
    work.left -= events;
    if (work.left === 0) this.#settle(work);
  }

  #settle(work: Work): void {
    this.#handled.settle(work.completed);
    work.settle(this.#outcome(work));
  }

  /**
   * The rest of its conversation waits for the retry, the record's own events too: they come back with it. A retry that
   * is too late for that holds up nothing.
   */
  #fail(work: Work, event: AnyEvent, remaining: readonly Listener[]): void {
    const failedSince = this.#progress.get(event.key)?.failedSince ?? performance.now();
    this.#progress.set(event.key, { name: event.name, remaining, failedSince });
    work.failed.push(event);
    const holdMs = this.#holdMs(event.key);
    if (work.retryDelayMs === undefined || work.retryDelayMs >= holdMs) return;
    const postponed = this.#lanes.hold(event.conversation, work.record.id, holdMs);
    this.#finish(work, postponed.length);
  }

  /** How much longer a conversation may wait for an event that failed. */
  #holdMs(key: string): number {
    const sinceMs = this.#progress.get(key)?.failedSince ?? Number.NEGATIVE_INFINITY;
    return sinceMs + this.#options.conversationHoldMs - performance.now();
  }

  #outcome(work: Work): Outcome {
    const { completed, failed, record } = work;
    if (failed.length === 0) {
      if (work.isReleased) return { kind: "release", completed };
      if (work.misfits > 0) this.#options.telemetry?.deadLettered({ reason: "item_invalid" });
      return ended(completed, work.misfits);
    }
    const delayMs = work.retryDelayMs;
    // It would dead-letter what has not failed, and may not even have begun.
    if (delayMs === undefined && work.isReleased) return { kind: "release", completed };
    const reason = `${failed.length} failed: ${[...new Set(failed.map(({ name }) => name))].join(", ")}`;
    if (delayMs === undefined) return this.#givenUp(work, reason);
    let holds = true;
    for (const { conversation, key, name } of failed) {
      this.#options.telemetry?.retried({ name });
      const isOver = delayMs >= this.#holdMs(key);
      if (isOver) holds = false;
      if (isOver || this.#options.ordersConversations === true)
        this.#lanes.release(conversation, record.id);
    }
    const retry = { kind: "retry", completed, delayMs, reason } as const;
    return this.#options.ordersConversations === true ? { ...retry, holds } : retry;
  }

  /** That was the last attempt. Whoever replays it has all of its handlers run. */
  #givenUp({ completed, delivery, failed, record }: Work, reason: string): Outcome {
    for (const { key } of failed) this.#progress.delete(key);
    const message = `attempt ${delivery.attempt} was the last (${reason}); the notification is kept and not tried again.`;
    this.#options.telemetry?.deadLettered({ reason: "record_dead_lettered" });
    this.#options.report(new WebhookError("record_dead_lettered", message), {
      record,
      attempt: delivery.attempt,
    });
    return { kind: "dead_letter", completed, reason };
  }
}
