import { WebhookError } from "../errors.ts";
import type { InboxRecord } from "./inbox.ts";
import type { Settle, Store } from "./store.ts";

export interface Committed {
  readonly isWritten: boolean;
  readonly isTold: boolean;
}

/** Whoever commits, and is told what became of it. */
export interface CommitHost {
  /** A record joins a commit: is it to be held by this process from the start? */
  admit(record: InboxRecord): boolean;
  /** It is stored, and new. */
  stored(record: InboxRecord, held: boolean): void;
  /** It was to be held and is not: it was there before, could not be stored, or older ones come first. */
  notHeld(record: InboxRecord): void;
  settled(id: string): void;
  /** A commit has ended. Of one that failed, those who append are told; without any of them nobody else is. */
  ended(committed: Committed): void;
}

interface Pending {
  readonly record: InboxRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How long what has ended waits for a commit that it can join. A crash meanwhile repeats it. */
export const SETTLE_MS = 5;

/** Who had to wait for longer than this while a commit failed is not made to wait for the next: the platform hangs up. */
const SLOW_MS = 1_000;

/**
 * Groups writes: one commit is under way, what arrives meanwhile joins the next, so that many notifications share one
 * sync of the disk.
 */
export class GroupCommit {
  readonly #store: Store;
  readonly #limitBytes: number;
  readonly #host: CommitHost;
  #appends: Pending[] = [];
  #settles: Settle[] = [];
  #bytes = 0;
  #underWay: Promise<void> | undefined;
  #isHeld = false;
  #soon: NodeJS.Timeout | undefined;

  constructor(store: Store, limitBytes: number, host: CommitHost) {
    this.#store = store;
    this.#limitBytes = limitBytes;
    this.#host = host;
  }

  get isIdle(): boolean {
    return this.#underWay === undefined && this.#appends.length === 0 && this.#settles.length === 0;
  }

  /** Resolves when it is stored. */
  append(record: InboxRecord): Promise<void> {
    const bytes = record.body.byteLength;
    if (this.#bytes + bytes > this.#limitBytes) {
      const message = `${this.#bytes} bytes wait to be written; the store is too slow.`;
      return Promise.reject(new WebhookError("inbox_full", message));
    }
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      this.#appends.push({ record, resolve, reject });
      this.flush();
    });
  }

  /** Written with the next append, or soon: by itself it would have the next notification wait for a sync of its own. */
  settle(settle: Settle): void {
    this.#settles.push(settle);
    this.#soon ??= setTimeout(() => this.flush(), SETTLE_MS);
  }

  /** Begins a commit with all that waits for one, unless one is under way. */
  flush(): void {
    if (this.#isHeld || this.#underWay !== undefined || this.isIdle) return;
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const appends = this.#appends;
    const settles = this.#settles;
    this.#appends = [];
    this.#settles = [];
    this.#underWay = this.#commit(appends, settles).then((isWritten) => {
      this.#underWay = undefined;
      // A store in trouble is left alone for a while; new notifications try at once, to be refused if need be.
      if (isWritten || this.#appends.length > 0) this.flush();
      this.#host.ended({ isWritten, isTold: appends.length > 0 });
    });
  }

  /** Begins no more commits until `resume`. Resolves when none is under way. */
  hold(): Promise<void> {
    this.#isHeld = true;
    return this.rest();
  }

  resume(): void {
    this.#isHeld = false;
    this.flush();
  }

  /** Resolves when no commit is under way. What failed is not tried again for it. */
  async rest(): Promise<void> {
    while (this.#underWay !== undefined) await this.#underWay;
  }

  /**
   * What could not be written is refused (appends) or kept for the next commit (settles). If it took long to fail, so is
   * what came meanwhile; but not where there was no room for it, as what was settled with it is written then, and makes some.
   */
  async #commit(pending: readonly Pending[], settles: readonly Settle[]): Promise<boolean> {
    const appends = pending.map(({ record }) => ({ record, held: this.#host.admit(record) }));
    const start = performance.now();
    try {
      const { leftOut, isBehind } = await this.#store.commit({ appends, settles });
      const left = new Set(leftOut);
      this.#giveBack(pending);
      for (const { id } of settles) this.#host.settled(id);
      for (const { resolve } of pending) resolve();
      for (const { record, held } of appends) {
        const isNew = !left.has(record.id);
        if (held && (isBehind || !isNew)) this.#host.notHeld(record);
        if (isNew) this.#host.stored(record, held && !isBehind);
      }
      return true;
    } catch (error) {
      this.#giveBack(pending);
      for (const { record, held } of appends) if (held) this.#host.notHeld(record);
      const isFull = error instanceof WebhookError && error.code === "inbox_full";
      const isSlow = !isFull && performance.now() - start > SLOW_MS;
      const waiting = isSlow ? this.#appends.splice(0) : [];
      this.#giveBack(waiting);
      for (const { reject } of [...pending, ...waiting]) reject(error);
      if (isFull) for (const { id } of settles) this.#host.settled(id);
      else this.#settles = [...settles, ...this.#settles];
      return false;
    }
  }

  #giveBack(pending: readonly Pending[]): void {
    for (const { record } of pending) this.#bytes -= record.body.byteLength;
  }
}
