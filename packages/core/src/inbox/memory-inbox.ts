import { WebhookError } from "../errors.ts";
import { checkOptions, type OptionTable } from "../options.ts";
import { Turns } from "../turns.ts";
import { BoundedSet } from "./bounded-set.ts";
import { withoutItemsOf } from "./erasure.ts";
import type {
  ConsumeContext,
  Consumer,
  Deliver,
  Delivery,
  Inbox,
  InboxRecord,
  InboxStats,
  Outcome,
} from "./inbox.ts";
import { Lull } from "./lull.ts";
import { MemoryDeadLetters } from "./memory-dead-letters.ts";
import { inOwnMemory, SharedMemory } from "./shared-memory.ts";

/** How much may wait, be remembered and be kept. */
export interface MemoryInboxOptions {
  /** Bytes of bodies that may wait or be under way; more is answered 503. Default 64 MiB. */
  readonly limitBytes?: number | undefined;
  /** How many record ids and event keys are remembered against duplicates, each, and up to as many more. Default 100,000. */
  readonly seenLimit?: number | undefined;
  /** Bytes that dead letters may take; beyond, the oldest give way, with a warning before. Default 8 MiB. */
  readonly deadLetterLimitBytes?: number | undefined;
}

const table: OptionTable<MemoryInboxOptions> = {
  limitBytes: "limit",
  seenLimit: "whole",
  deadLetterLimitBytes: "limit",
};

interface Entry {
  record: InboxRecord;
  attempt: number;
  completed: readonly string[];
  /** Made when somebody asks for the signal. */
  controller?: AbortController;
}

/** A class, because an object literal with a getter costs ten times the memory. */
class MemoryDelivery implements Delivery {
  readonly attempt: number;
  readonly completed: readonly string[];
  readonly #entry: Entry;
  readonly #eventKeys: BoundedSet;

  constructor(entry: Entry, eventKeys: BoundedSet) {
    this.attempt = entry.attempt;
    this.completed = entry.completed;
    this.#entry = entry;
    this.#eventKeys = eventKeys;
  }

  get signal(): AbortSignal {
    this.#entry.controller ??= new AbortController();
    return this.#entry.controller.signal;
  }

  seen(asked: readonly string[]): ReadonlySet<string> {
    return new Set(asked.filter((key) => this.#eventKeys.has(key)));
  }
}

const TAKEN = Promise.resolve();
const NOTHING: readonly string[] = [];
/** What a record costs beside its body. */
const OVERHEAD_BYTES = 512;
/** How much is handed to the processor at one time. */
const WINDOW_RECORDS = 4_096;
const WINDOW_BYTES = 16 * 1024 * 1024;
const FEW_WAITING = 500;

export const defaults = {
  limitBytes: 64 * 1024 * 1024,
  deadLetterLimitBytes: 8 * 1024 * 1024,
  seenLimit: 100_000,
};

/**
 * The inbox that needs nothing. What it holds is lost when the process ends, so a 200 means "taken", not "stored":
 * use a durable inbox where that matters. Full means 503, and the platform delivers again later.
 */
export function memoryInbox(options: MemoryInboxOptions = {}): Inbox {
  checkOptions("memoryInbox", options, table);
  return new MemoryInbox(options);
}

class MemoryInbox implements Inbox {
  readonly durable = false;
  readonly deadLetters: MemoryDeadLetters;
  readonly #limitBytes: number;
  readonly #memory = new SharedMemory();
  readonly #recordIds: BoundedSet;
  readonly #eventKeys: BoundedSet;
  readonly #waiting = new Set<Entry>();
  readonly #underWay = new Set<Entry>();
  readonly #retries = new Map<Entry, NodeJS.Timeout>();
  readonly #drained: (() => void)[] = [];
  /** Answers go out first: a record is delivered in the turn after its put at the earliest. */
  readonly #turns = new Turns(() => this.#start());
  readonly #lull = new Lull(() => this.#schedule());
  #bytes = 0;
  #underWayBytes = 0;
  #deliver: Deliver | undefined;
  #closed = false;

  constructor(options: MemoryInboxOptions) {
    this.#limitBytes = options.limitBytes ?? defaults.limitBytes;
    this.deadLetters = new MemoryDeadLetters(
      options.deadLetterLimitBytes ?? defaults.deadLetterLimitBytes,
      (record) => this.#add(record),
    );
    const seenLimit = options.seenLimit ?? defaults.seenLimit;
    this.#recordIds = new BoundedSet(seenLimit);
    this.#eventKeys = new BoundedSet(seenLimit);
  }

  put(record: InboxRecord): Promise<void> {
    const hasRoom = this.#bytes + record.body.byteLength + OVERHEAD_BYTES <= this.#limitBytes;
    if (hasRoom && !this.#closed) {
      if (this.#recordIds.add(record.id)) this.#add(this.#kept(record));
      return TAKEN;
    }
    if (this.#recordIds.has(record.id)) return TAKEN;
    const error = this.#closed
      ? new WebhookError("closing", "the inbox is closed.")
      : new WebhookError(
          "inbox_full",
          `${this.#waiting.size} notifications wait and fill its ${this.#limitBytes} bytes.`,
        );
    return Promise.reject(error);
  }

  /** What will not wait long is not worth copying. */
  #kept(record: InboxRecord): InboxRecord {
    return this.#waiting.size < FEW_WAITING ? record : this.#memory.take(record);
  }

  #add(record: InboxRecord): void {
    this.#bytes += record.body.byteLength + OVERHEAD_BYTES;
    this.#waiting.add({ record, attempt: 0, completed: NOTHING });
    this.#lull.arrival();
  }

  async consume(deliver: Deliver, { logger }: ConsumeContext): Promise<Consumer> {
    this.#deliver = deliver;
    this.deadLetters.logger = logger;
    this.#schedule();
    return {
      close: async () => {
        await this.idle();
        this.#deliver = undefined;
      },
    };
  }

  idle(): Promise<void> {
    if (this.#isDrained) return Promise.resolve();
    // Whoever asks waits for it to be over, and needs no lull.
    this.#lull.stop();
    this.#schedule();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  async erase(texts: readonly string[]): Promise<number> {
    let count = this.deadLetters.erase(texts);
    for (const entry of [...this.#waiting, ...this.#retries.keys()]) {
      const { record } = entry;
      const body = withoutItemsOf(texts, record.body);
      if (body === record.body) continue;
      count++;
      this.#bytes += (body?.byteLength ?? 0) - record.body.byteLength;
      if (body === undefined) this.#drop(entry);
      else entry.record = { ...record, body };
    }
    this.#tellDrained();
    return count;
  }

  #drop(entry: Entry): void {
    this.#bytes -= OVERHEAD_BYTES;
    this.#waiting.delete(entry);
    clearTimeout(this.#retries.get(entry));
    this.#retries.delete(entry);
  }

  async stats(): Promise<InboxStats> {
    const waiting = this.pending();
    return {
      waiting,
      waitingBytes: this.#bytes - waiting * OVERHEAD_BYTES,
      ...this.deadLetters.stats(),
      ...(waiting === 0 ? {} : { oldestReceivedAt: this.#oldestReceivedAt() }),
    };
  }

  /** What waits is in the order of arrival, but for retries that came back. */
  #oldestReceivedAt(): number {
    const [first] = this.#waiting;
    return [first, ...this.#underWay, ...this.#retries.keys()]
      .map((entry) => entry?.record.receivedAt ?? Number.POSITIVE_INFINITY)
      .reduce((oldest, time) => Math.min(oldest, time));
  }

  pending(): number {
    return this.#waiting.size + this.#underWay.size + this.#retries.size;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#deliver = undefined;
    this.#lull.stop();
    for (const timer of this.#retries.values()) clearTimeout(timer);
    for (const entry of this.#underWay) {
      entry.controller ??= new AbortController();
      entry.controller.abort();
    }
  }

  #schedule(): void {
    if (this.#waiting.size > 0) this.#turns.wake();
  }

  #start(): void {
    for (const entry of this.#waiting) {
      if (this.#deliver === undefined || !this.#hasRoom()) return;
      if (!this.#turns.hasTime(this.#waiting.size)) return;
      this.#waiting.delete(entry);
      this.#run(entry, this.#deliver);
    }
  }

  #run(entry: Entry, deliver: Deliver): void {
    this.#underWay.add(entry);
    this.#underWayBytes += entry.record.body.byteLength;
    entry.attempt++;
    const settle = (outcome: Outcome): void => {
      this.#underWay.delete(entry);
      this.#underWayBytes -= entry.record.body.byteLength;
      this.#settle(entry, outcome);
      this.#schedule();
      this.#tellDrained();
    };
    deliver(entry.record, new MemoryDelivery(entry, this.#eventKeys)).then(settle, () =>
      settle({ kind: "dead_letter", completed: NOTHING, reason: "the delivery failed" }),
    );
  }

  get #isDrained(): boolean {
    return this.#waiting.size === 0 && this.#underWay.size === 0;
  }

  #tellDrained(): void {
    if (this.#isDrained) for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** What is handed over costs more memory than what waits here as bytes. */
  #hasRoom(): boolean {
    return this.#underWay.size < WINDOW_RECORDS && this.#underWayBytes < WINDOW_BYTES;
  }

  #settle(entry: Entry, outcome: Outcome): void {
    for (const key of outcome.completed) this.#eventKeys.add(key);
    if (outcome.kind === "retry" || outcome.kind === "release") {
      entry.completed = outcome.completed;
      if (outcome.kind === "release") entry.attempt--;
      this.#comeBack(entry, outcome.kind === "retry" ? outcome.delayMs : 0);
      return;
    }
    this.#bytes -= entry.record.body.byteLength + OVERHEAD_BYTES;
    if (outcome.kind === "dead_letter") {
      this.deadLetters.add({
        record: inOwnMemory(entry.record),
        attempts: entry.attempt,
        reason: outcome.reason,
      });
    }
  }

  #comeBack(entry: Entry, delayMs: number): void {
    if (this.#closed) return;
    entry.record = inOwnMemory(entry.record);
    const timer = setTimeout(() => {
      this.#retries.delete(entry);
      this.#waiting.add(entry);
      this.#schedule();
    }, delayMs);
    this.#retries.set(entry, timer);
  }
}
