import { WebhookError } from "../errors.ts";
import { BoundedSet } from "./bounded-set.ts";
import type { Deliver, Delivery, Inbox, InboxRecord, Outcome } from "./inbox.ts";

export interface MemoryInboxOptions {
  /** Bytes of bodies that may wait or be under way; more is answered 503. Default 64 MiB. */
  readonly limitBytes?: number;
  /** How many record ids and event keys are remembered against duplicates, each. Default 100,000. */
  readonly seenLimit?: number;
  /** Bytes of buried bodies kept for a look; beyond, the oldest go. Default 8 MiB. */
  readonly buriedLimitBytes?: number;
}

/** An inbox in memory, and a way to look at what it gave up on. */
export interface MemoryInbox extends Inbox {
  readonly durable: false;
  /** Notifications that will not be tried again, oldest first. */
  readonly buried: readonly BuriedRecord[];
}

export interface BuriedRecord {
  readonly record: InboxRecord;
  readonly reason: string;
}

interface Entry {
  readonly record: InboxRecord;
  attempt: number;
  completed: readonly string[];
}

/** What a record costs beside its body. */
const OVERHEAD_BYTES = 512;

/**
 * The inbox that needs nothing. What it holds is lost when the process ends, so a 200 means "taken", not "stored":
 * use a durable inbox where that matters. Full means 503, and the platform delivers again later.
 */
export function memoryInbox(options: MemoryInboxOptions = {}): MemoryInbox {
  return new InMemory(options);
}

class InMemory implements MemoryInbox {
  readonly durable = false;
  readonly buried: BuriedRecord[] = [];
  readonly #limitBytes: number;
  readonly #buriedLimitBytes: number;
  readonly #recordIds: BoundedSet;
  readonly #eventKeys: BoundedSet;
  readonly #waiting = new Set<Entry>();
  readonly #underWay = new Map<Entry, AbortController | undefined>();
  readonly #retries = new Set<NodeJS.Timeout>();
  readonly #drained: (() => void)[] = [];
  #bytes = 0;
  #buriedBytes = 0;
  #deliver: Deliver | undefined;
  #turn: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(options: MemoryInboxOptions) {
    this.#limitBytes = options.limitBytes ?? 64 * 1024 * 1024;
    this.#buriedLimitBytes = options.buriedLimitBytes ?? 8 * 1024 * 1024;
    this.#recordIds = new BoundedSet(options.seenLimit ?? 100_000);
    this.#eventKeys = new BoundedSet(options.seenLimit ?? 100_000);
  }

  async put(record: InboxRecord): Promise<void> {
    if (this.#recordIds.has(record.id)) return;
    if (this.#closed) throw new WebhookError("closing", "the inbox is closed.");
    const size = record.body.byteLength + OVERHEAD_BYTES;
    if (this.#bytes + size > this.#limitBytes) {
      throw new WebhookError(
        "inbox_full",
        `${this.#waiting.size} notifications wait and fill its ${this.#limitBytes} bytes.`,
      );
    }
    this.#bytes += size;
    this.#recordIds.add(record.id);
    this.#waiting.add({ record, attempt: 0, completed: [] });
    this.#schedule();
  }

  async consume(deliver: Deliver): Promise<{ close(): Promise<void> }> {
    this.#deliver = deliver;
    this.#schedule();
    return {
      close: async () => {
        await this.idle();
        this.#deliver = undefined;
      },
    };
  }

  idle(): Promise<void> {
    if (this.#waiting.size === 0 && this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  pending(): number {
    return this.#waiting.size + this.#underWay.size + this.#retries.size;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#deliver = undefined;
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    for (const timer of this.#retries) clearTimeout(timer);
    for (const controller of this.#underWay.values()) controller?.abort();
  }

  /** One record a turn of the event loop, so that answers come first; more the longer the queue, so that it stays short. */
  #schedule(): void {
    if (this.#turn !== undefined || this.#deliver === undefined || this.#waiting.size === 0) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      let starts = 1 + (this.#waiting.size >> 5);
      for (const entry of this.#waiting) {
        if (starts-- === 0 || this.#deliver === undefined) break;
        this.#waiting.delete(entry);
        void this.#run(entry, this.#deliver);
      }
      this.#schedule();
    });
  }

  async #run(entry: Entry, deliver: Deliver): Promise<void> {
    this.#underWay.set(entry, undefined);
    entry.attempt++;
    let outcome: Outcome;
    try {
      outcome = await deliver(entry.record, this.#delivery(entry));
    } catch (error) {
      outcome = { kind: "bury", completed: [], reason: String(error) };
    }
    this.#underWay.delete(entry);
    this.#settle(entry, outcome);
    if (this.#waiting.size === 0 && this.#underWay.size === 0) {
      for (const resolve of this.#drained.splice(0)) resolve();
    }
  }

  #delivery(entry: Entry): Delivery {
    const underWay = this.#underWay;
    const keys = this.#eventKeys;
    return {
      attempt: entry.attempt,
      completed: entry.completed,
      get signal(): AbortSignal {
        const controller = underWay.get(entry) ?? new AbortController();
        if (underWay.has(entry)) underWay.set(entry, controller);
        return controller.signal;
      },
      seen: (asked: readonly string[]): ReadonlySet<string> =>
        new Set(asked.filter((key) => keys.has(key))),
    };
  }

  #settle(entry: Entry, outcome: Outcome): void {
    for (const key of outcome.completed) this.#eventKeys.add(key);
    if (outcome.kind === "retry" && !this.#closed) {
      entry.completed = outcome.completed;
      const timer = setTimeout(() => {
        this.#retries.delete(timer);
        this.#waiting.add(entry);
        this.#schedule();
      }, outcome.delayMs);
      this.#retries.add(timer);
      return;
    }
    this.#bytes -= entry.record.body.byteLength + OVERHEAD_BYTES;
    if (outcome.kind !== "done") this.#bury(entry.record, outcome.reason);
  }

  #bury(record: InboxRecord, reason: string): void {
    this.buried.push({ record, reason });
    this.#buriedBytes += record.body.byteLength;
    while (this.#buriedBytes > this.#buriedLimitBytes) {
      this.#buriedBytes -= this.buried.shift()?.record.body.byteLength ?? 0;
    }
  }
}
