import { WebhookError } from "../errors.ts";
import { withDefaults } from "../options.ts";
import type {
  Consumer,
  DeadLetters,
  Deliver,
  Delivery,
  Inbox,
  InboxRecord,
  Outcome,
} from "./inbox.ts";
import type { Append, ClaimedRecord, Settle, Store } from "./store.ts";

export interface StoreInboxOptions {
  /** Bytes of bodies that may wait to be written; more is answered 503. Default 64 MiB. */
  readonly pendingLimitBytes?: number | undefined;
  /** Records handed to the processor at one time. Default 4,096. */
  readonly windowRecords?: number | undefined;
  /** Bytes of their bodies. Default 16 MiB. */
  readonly windowBytes?: number | undefined;
  /** How often to look for what is due again or was left by others. Default 500. */
  readonly pollMs?: number | undefined;
}

interface Pending {
  readonly record: InboxRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Limits {
  readonly pendingLimitBytes: number;
  readonly windowRecords: number;
  readonly windowBytes: number;
  readonly pollMs: number;
}

const defaults: Limits = {
  pendingLimitBytes: 64 * 1024 * 1024,
  windowRecords: 4_096,
  windowBytes: 16 * 1024 * 1024,
  pollMs: 500,
};
/** After a delivery that ended without an outcome. */
const REDELIVERY_MS = 1_000;
const PRUNE_MS = 60_000;

/**
 * Lifts a store into an inbox. Writes are grouped: one commit is under way, what arrives meanwhile joins the next, so
 * that many notifications share one sync of the disk. What is delivered is delivered from memory while there is room;
 * the rest stays in the store until there is.
 */
export function storeInbox(store: Store, options: StoreInboxOptions = {}): Inbox {
  return new StoreInbox(store, withDefaults(defaults, options));
}

class StoreInbox implements Inbox {
  readonly durable: boolean;
  readonly deadLetters: DeadLetters;
  readonly #store: Store;
  readonly #limits: Limits;
  /** What joins the next commit. */
  #appends: Pending[] = [];
  #settles: Settle[] = [];
  #committing: Promise<void> | undefined;
  #pendingBytes = 0;
  /** Records held by this process, with the size of their bodies. */
  readonly #window = new Map<string, number>();
  #windowBytes = 0;
  /** Records of ours may wait in the store, so that newer ones must not overtake them. */
  #isBehind = true;
  /** Commits that left records of ours in the store. */
  #appendedUnheld = 0;
  #claiming: Promise<void> | undefined;
  #deliver: Deliver | undefined;
  readonly #abort = new AbortController();
  #poll: NodeJS.Timeout | undefined;
  #prunedAt = 0;
  readonly #idle: (() => void)[] = [];
  #closed: Promise<void> | undefined;

  constructor(store: Store, limits: Limits) {
    this.#store = store;
    this.durable = store.durable;
    this.deadLetters = {
      list: ({ limit = 100, ...page } = {}) => store.listBuried({ ...page, limit }),
      show: (id) => store.get(id),
      replay: async (ids) => {
        const count = await store.revive(ids);
        this.#isBehind = true;
        this.#claim();
        return count;
      },
      discard: (ids) => store.discard(ids),
      erase: (texts) => store.erase(texts),
    };
    this.#limits = limits;
  }

  put(record: InboxRecord): Promise<void> {
    if (this.#closed !== undefined)
      return Promise.reject(new WebhookError("closing", "the inbox is closed."));
    const bytes = record.body.byteLength;
    if (this.#pendingBytes + bytes > this.#limits.pendingLimitBytes) {
      return Promise.reject(
        new WebhookError(
          "inbox_full",
          `${this.#pendingBytes} bytes wait to be written; the store is too slow.`,
        ),
      );
    }
    this.#pendingBytes += bytes;
    return new Promise<void>((resolve, reject) => {
      this.#appends.push({ record, resolve, reject });
      this.#flush();
    }).finally(() => {
      this.#pendingBytes -= bytes;
    });
  }

  async consume(deliver: Deliver): Promise<Consumer> {
    this.#deliver = deliver;
    this.#poll = setInterval(() => this.#look(), this.#limits.pollMs);
    this.#claim();
    return {
      close: async () => {
        this.#deliver = undefined;
        clearInterval(this.#poll);
        await this.#claiming;
        this.#tellIdle();
        await this.idle();
      },
    };
  }

  /** Resolves when nothing is being written or handled by this process, and what waits in the store is not for it. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  pending(): number {
    return this.#window.size;
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    this.#deliver = undefined;
    clearInterval(this.#poll);
    this.#abort.abort();
    await this.#claiming;
    while (this.#committing !== undefined) await this.#committing;
    await this.#store.close();
  }

  #isIdle(): boolean {
    return (
      this.#window.size === 0 &&
      this.#appends.length === 0 &&
      this.#settles.length === 0 &&
      this.#committing === undefined &&
      !this.#isLooking()
    );
  }

  /** Whether a claim may still bring something. */
  #isLooking(): boolean {
    return this.#deliver !== undefined && (this.#isBehind || this.#claiming !== undefined);
  }

  /** Begins a commit with all that waits for one, unless one is under way. */
  #flush(): void {
    if (
      this.#committing !== undefined ||
      (this.#appends.length === 0 && this.#settles.length === 0)
    )
      return;
    const appends = this.#appends;
    const settles = this.#settles;
    this.#appends = [];
    this.#settles = [];
    this.#committing = this.#commit(appends, settles).then((isWritten) => {
      this.#committing = undefined;
      // A store in trouble is left alone until the next look; new notifications try at once, to be refused if need be.
      if (isWritten || this.#appends.length > 0) this.#flush();
      this.#tellIdle();
    });
  }

  /** One commit. What could not be written is refused (appends) or kept for the next (settles). */
  async #commit(pending: readonly Pending[], settles: readonly Settle[]): Promise<boolean> {
    const appends = pending.map(({ record }) => this.#toAppend(record));
    try {
      const left = new Set(await this.#store.commit({ appends, settles }));
      for (const { id } of settles) this.#letGo(id);
      for (const { resolve } of pending) resolve();
      for (const { record, held } of appends) {
        if (!held) continue;
        if (left.has(record.id)) this.#letGo(record.id);
        else this.#start({ record, attempts: 0, completed: [] });
      }
      if (this.#deliver !== undefined && appends.some(({ held }) => !held)) {
        // It waits in the store now, whatever a claim found there meanwhile.
        this.#isBehind = true;
        this.#appendedUnheld++;
      }
      this.#claim();
      return true;
    } catch (error) {
      for (const { record, held } of appends) if (held) this.#letGo(record.id);
      for (const { reject } of pending) reject(error);
      if (error instanceof WebhookError && error.code === "inbox_full") {
        for (const { id } of settles) this.#letGo(id);
      } else {
        this.#settles = [...settles, ...this.#settles];
      }
      return false;
    }
  }

  /** Held from the start if we are to deliver it, there is room, and nothing older waits in the store. */
  #toAppend(record: InboxRecord): Append {
    const held =
      this.#deliver !== undefined &&
      !this.#isBehind &&
      this.#hasRoom() &&
      !this.#window.has(record.id);
    if (held) this.#hold(record);
    else if (this.#deliver !== undefined) this.#isBehind = true;
    return { record, held };
  }

  #hasRoom(): boolean {
    return (
      this.#window.size < this.#limits.windowRecords && this.#windowBytes < this.#limits.windowBytes
    );
  }

  #hold({ id, body }: InboxRecord): void {
    this.#window.set(id, body.byteLength);
    this.#windowBytes += body.byteLength;
  }

  #letGo(id: string): void {
    this.#windowBytes -= this.#window.get(id) ?? 0;
    this.#window.delete(id);
  }

  /** What is due again, left by a dead process or stored by one that only receives; and settles that failed before. */
  #look(): void {
    this.#flush();
    this.#claim(true);
    if (Date.now() < this.#prunedAt + PRUNE_MS) return;
    this.#prunedAt = Date.now();
    // What is too old can wait: a failure here shows at the next commit.
    this.#store.prune().catch(() => {});
  }

  /** Takes records out of the store while there is room. */
  #claim(isLook = false): void {
    const isWanted = isLook || this.#isBehind;
    if (
      this.#claiming !== undefined ||
      this.#deliver === undefined ||
      !isWanted ||
      !this.#hasRoom()
    )
      return;
    this.#claiming = this.#claimSome().finally(() => {
      this.#claiming = undefined;
      this.#tellIdle();
    });
  }

  async #claimSome(): Promise<void> {
    const before = this.#appendedUnheld;
    const records = this.#limits.windowRecords - this.#window.size;
    const bytes = this.#limits.windowBytes - this.#windowBytes;
    let claimed: readonly ClaimedRecord[];
    try {
      claimed = await this.#store.claim({ records, bytes });
    } catch {
      // The store is in trouble, which the next commit reports; the next look tries again.
      return;
    }
    for (const each of claimed) {
      this.#hold(each.record);
      this.#start(each);
    }
    this.#isBehind = claimed.length > 0 || before !== this.#appendedUnheld;
    if (this.#isBehind) setImmediate(() => this.#claim());
  }

  #start({ record, attempts, completed }: ClaimedRecord): void {
    void this.#run(record, {
      attempt: attempts + 1,
      completed,
      signal: this.#abort.signal,
      seen: (keys) => this.#store.seen(keys),
    });
  }

  async #run(record: InboxRecord, delivery: Delivery): Promise<void> {
    // One record a turn of the event loop: the answer that waits for the same commit goes out first.
    await new Promise((resolve) => setImmediate(resolve));
    let settle: Settle;
    try {
      const outcome: Outcome =
        this.#deliver === undefined
          ? { kind: "release", completed: delivery.completed }
          : await this.#deliver(record, delivery);
      settle = { id: record.id, ...outcome };
    } catch {
      settle = {
        id: record.id,
        kind: "retry",
        completed: delivery.completed,
        delayMs: REDELIVERY_MS,
        reason: "the delivery failed",
      };
    }
    this.#settles.push(settle);
    this.#flush();
  }

  #tellIdle(): void {
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
