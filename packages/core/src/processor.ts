import { ContactMemory } from "./contact-memory.ts";
import type { Emitter, Listener } from "./emitter.ts";
import { WebhookError } from "./errors.ts";
import type { AnyEvent, EventName } from "./events.ts";
import { HandlerRun } from "./handler-run.ts";
import { BoundedSet } from "./inbox/bounded-set.ts";
import type { Delivery, InboxRecord, Outcome } from "./inbox/inbox.ts";
import { type RetryPolicy, retryDelayMs } from "./inbox/retry.ts";
import { Lanes, type Task } from "./lanes.ts";
import type { Logger } from "./logger.ts";
import { parse } from "./parse.ts";

/** What an error was about, as far as that is known. */
export interface ErrorContext {
  readonly event?: AnyEvent;
  /** The stored notification, with its bytes. */
  readonly record?: InboxRecord;
  /** Which run of the event it was, the first being 1. */
  readonly attempt?: number;
}

export interface ProcessorOptions {
  readonly emitter: Emitter;
  readonly concurrency: number;
  readonly handlerTimeoutMs: number;
  readonly conversationHoldMs: number;
  readonly retry: RetryPolicy;
  readonly logger: Logger;
  /** Must not throw. */
  readonly report: (error: WebhookError, context: ErrorContext) => void;
}

/** What is known of an event whose handlers have not all succeeded. */
interface Progress {
  remaining: readonly Listener[];
  readonly failedSince: number;
}

/** A record under way. */
interface Work {
  readonly record: InboxRecord;
  readonly delivery: Delivery;
  readonly completed: Set<string>;
  readonly failed: AnyEvent[];
  left: number;
  settle(): void;
}

const NOTHING: ReadonlySet<string> = new Set();
const PROGRESS_LIMIT = 100_000;

/** Turns records into events, runs their handlers, and says what is to become of each record. */
export class Processor {
  readonly #options: ProcessorOptions;
  readonly #lanes: Lanes;
  readonly #contacts = new ContactMemory();
  /** By event key, so that a second record with the same event goes on where the first one failed. */
  readonly #progress = new Map<string, Progress>();
  /** Events that succeeded while other events of their record go on, and those the inbox may still be writing down. */
  readonly #unsettled = new Set<string>();
  readonly #justSettled = new BoundedSet(10_000);
  readonly #runs = new Set<HandlerRun>();
  #admissions: Promise<unknown> | undefined;
  #duplicates = 0;

  constructor(options: ProcessorOptions) {
    this.#options = options;
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

  /** Tells running handlers to stop, and starts no more. */
  abort(): void {
    this.#lanes.clear();
    for (const run of this.#runs)
      run.abort(new WebhookError("closing", "close() gave up waiting for this handler."));
  }

  /** The inbox calls this for every record, in order. */
  readonly deliver = (record: InboxRecord, delivery: Delivery): Promise<Outcome> => {
    let events: AnyEvent[];
    try {
      events = this.#open(record, delivery.attempt > 1);
    } catch (error) {
      return Promise.resolve(this.#buryUnread(record, error));
    }
    if (events.length === 0) return Promise.resolve({ kind: "done", completed: [] });
    return new Promise((resolve, reject) => {
      const begin = (seen: ReadonlySet<string>): void =>
        this.#begin(record, delivery, events, seen, resolve);
      const asked = delivery.seen(events.map(({ key }) => key));
      if (this.#admissions === undefined && !(asked instanceof Promise)) {
        begin(asked);
        return;
      }
      // Records join their conversations in the order of delivery, however long the look-ups take.
      const before = this.#admissions;
      const admission = (async () => {
        await before;
        begin(await asked);
      })().catch(reject);
      this.#admissions = admission;
      void admission.then(() => {
        if (this.#admissions === admission) this.#admissions = undefined;
      });
    });
  };

  /** A retry is for the handlers that failed, which a one-time subscription may have left without anybody listening. */
  #open({ auth, body, receivedAt }: InboxRecord, isRetry: boolean): AnyEvent[] {
    const { emitter } = this.#options;
    const events = parse(body, {
      source: auth.kind === "signature" ? "cloud" : "on-premises",
      receivedAt,
      wants: (name: EventName) => isRetry || emitter.wants(name),
      ...(auth.account === undefined ? {} : { account: auth.account }),
      ...(auth.tenant === undefined ? {} : { tenant: auth.tenant }),
    });
    const mine: AnyEvent[] = [];
    for (const event of events) {
      if (isRetry && !emitter.wants(event.name) && !this.#progress.has(event.key)) continue;
      if (auth.accounts !== undefined && !isWithin(auth.accounts, event)) {
        const message = `an item of "${event.name}" belongs to an account that is not among the tenant's; it was not delivered.`;
        this.#options.report(new WebhookError("account_not_allowed", message), { event });
      } else if ("issues" in event && !emitter.wants(event.name)) {
        const properties = event.issues.map(({ path }) => path || "(the item)").join(", ");
        this.#options.report(
          new WebhookError(
            "item_invalid",
            `an item became "${event.name}" (${properties}) and nobody listens for it: on("invalid", …).`,
          ),
          { event },
        );
      } else {
        mine.push(event);
      }
    }
    return mine;
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
    events: readonly AnyEvent[],
    seen: ReadonlySet<string>,
    resolve: (outcome: Outcome) => void,
  ): void {
    const done = new Set(delivery.completed);
    const wanted = events.filter(
      (event) => !done.has(event.key) && !this.#isDuplicate(event, seen) && this.#isNews(event),
    );
    const work: Work = {
      record,
      delivery,
      completed: done,
      failed: [],
      left: wanted.length,
      settle: () => {
        for (const key of work.completed) {
          if (this.#unsettled.delete(key)) this.#justSettled.add(key);
        }
        resolve(this.#outcome(work));
      },
    };
    if (wanted.length === 0) work.settle();
    const tasks = this.#tasksOf(work, wanted);
    for (const conversation of new Set(events.map((event) => event.conversation))) {
      const mine = tasks.get(conversation) ?? [];
      if (this.#lanes.isHeldBy(conversation, record.id)) {
        this.#lanes.release(conversation, record.id, mine);
      } else {
        for (const task of mine) this.#lanes.add(conversation, task);
      }
    }
  }

  #tasksOf(work: Work, events: readonly AnyEvent[]): Map<string, Task[]> {
    let waited = false;
    const byConversation = new Map<string, Task[]>();
    for (const event of events) {
      const task: Task = { owner: work.record.id, run: () => this.#handle(work, event, waited) };
      const tasks = byConversation.get(event.conversation);
      if (tasks === undefined) byConversation.set(event.conversation, [task]);
      else tasks.push(task);
    }
    queueMicrotask(() => {
      waited = true;
    });
    return byConversation;
  }

  #isDuplicate(event: AnyEvent, seen: ReadonlySet<string>): boolean {
    if (
      !seen.has(event.key) &&
      !this.#unsettled.has(event.key) &&
      !this.#justSettled.has(event.key)
    )
      return false;
    this.#duplicates++;
    this.#options.logger.debug(
      { event: event.name },
      "dropped an event that had been handled before",
    );
    return true;
  }

  #isNews(event: AnyEvent): boolean {
    return (
      event.name !== "contact" || this.#progress.has(event.key) || this.#contacts.isNews(event)
    );
  }

  /** An event's turn in its conversation has come. Never rejects. */
  async #handle(work: Work, event: AnyEvent, waited: boolean): Promise<void> {
    if (!(await this.#cameMeanwhile(work, event, waited))) await this.#run(work, event);
    this.#finish(work);
  }

  /** While an event waited for its turn, another record may have brought the same one. */
  async #cameMeanwhile(work: Work, event: AnyEvent, waited: boolean): Promise<boolean> {
    if (!waited) return false;
    try {
      return this.#isDuplicate(event, await work.delivery.seen([event.key]));
    } catch {
      // The inbox told when the record came; that it cannot tell now is no reason to leave the event out.
      return this.#isDuplicate(event, NOTHING);
    }
  }

  async #run(work: Work, event: AnyEvent): Promise<void> {
    const progress = this.#progress.get(event.key);
    const listeners = progress?.remaining ?? this.#options.emitter.take(event);
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
      this.#fail(work, event, {
        remaining: failed,
        failedSince: progress?.failedSince ?? Date.now(),
      });
      return;
    }
    this.#progress.delete(event.key);
    work.completed.add(event.key);
    this.#unsettled.add(event.key);
  }

  #finish(work: Work, events = 1): void {
    work.left -= events;
    if (work.left === 0) work.settle();
  }

  /** The rest of its conversation waits for the retry, the record's own events too: they come back with it. */
  #fail(work: Work, event: AnyEvent, progress: Progress): void {
    this.#progress.set(event.key, progress);
    this.#forgetOldProgress();
    work.failed.push(event);
    const holdMs = progress.failedSince + this.#options.conversationHoldMs - Date.now();
    if (holdMs <= 0 || this.#retryDelayMs(work) === undefined) return;
    const postponed = this.#lanes.hold(event.conversation, work.record.id, holdMs);
    if (postponed.length > 0) this.#finish(work, postponed.length);
  }

  /** Retries may end up in another process; what is kept here for them must not grow for ever. */
  #forgetOldProgress(): void {
    for (const key of this.#progress.keys()) {
      if (this.#progress.size <= PROGRESS_LIMIT) return;
      this.#progress.delete(key);
    }
  }

  #retryDelayMs({ delivery }: Work): number | undefined {
    return retryDelayMs(this.#options.retry, delivery.attempt);
  }

  #outcome(work: Work): Outcome {
    const completed = [...work.completed];
    const { delivery, failed, record } = work;
    if (failed.length === 0) return { kind: "done", completed };
    const delayMs = this.#retryDelayMs(work);
    const reason = `${failed.length} failed: ${[...new Set(failed.map(({ name }) => name))].join(", ")}`;
    for (const { conversation, key } of failed) {
      const heldUntil =
        (this.#progress.get(key)?.failedSince ?? 0) + this.#options.conversationHoldMs;
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

function isWithin(accounts: readonly string[], { account }: AnyEvent): boolean {
  return [account.wabaId, account.phoneNumberId].some(
    (id) => id !== undefined && accounts.includes(id),
  );
}
