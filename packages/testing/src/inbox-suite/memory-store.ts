import {
  type Append,
  type ClaimedRecord,
  type Commit,
  type DeadLetter,
  type InboxRecord,
  type Settle,
  type Store,
  type StoreStats,
  WebhookError,
} from "@whatsapp-webhooks/core";

import { type MemoryFile, type MemoryRow, memoryFile } from "./memory-file.ts";

const FIND_ROWS = 100;

/** The store contract in its plainest form: the model that real stores are compared with. `crash()` is a kill -9. */
export class MemoryStore implements Store {
  readonly durable = true;
  readonly #file: MemoryFile;
  #isClosed = false;

  constructor(file: MemoryFile = memoryFile()) {
    this.#file = file;
    file.living.add(this);
  }

  /** Others see at once that this process is gone; a real store needs seconds to know. */
  crash(): void {
    this.#file.living.delete(this);
  }

  async commit({ appends, settles }: Commit): ReturnType<Store["commit"]> {
    this.#assertAlive();
    const isFull = this.#isFull(appends);
    const isBehind = appends.some(({ held }) => held) && this.#claimable().length > 0;
    const leftOut = isFull ? [] : this.#append(appends, isBehind);
    for (const settle of settles) this.#settle(settle);
    // Only now: the settles are what makes room again.
    if (isFull) throw new WebhookError("inbox_full", "the file has no room for these records.");
    return { leftOut, isBehind };
  }

  async claim(limits: {
    readonly records: number;
    readonly bytes: number;
  }): Promise<readonly ClaimedRecord[]> {
    this.#assertAlive();
    const claimed: MemoryRow[] = [];
    let bytes = 0;
    for (const row of this.#claimable()) {
      const size = row.record.body.byteLength;
      if (claimed.length === limits.records || (claimed.length > 0 && bytes + size > limits.bytes))
        break;
      bytes += size;
      row.owner = this;
      claimed.push(row);
    }
    return claimed.map(({ record, attempts, completed }) => ({ record, attempts, completed }));
  }

  async seen(keys: readonly string[]): Promise<ReadonlySet<string>> {
    this.#assertAlive();
    return new Set(keys.filter((key) => this.#isRemembered(`event ${key}`)));
  }

  async stats(): Promise<StoreStats> {
    this.#assertAlive();
    const rows = this.#ordered();
    const waiting = rows.filter(({ dead }) => dead === undefined);
    const oldest = waiting[0]?.record.receivedAt;
    return {
      waiting: waiting.length,
      waitingBytes: bytesOf(waiting),
      deadLetters: rows.length - waiting.length,
      deadLetterBytes: bytesOf(rows) - bytesOf(waiting),
      deadLettersDropped: 0,
      ...(oldest === undefined ? {} : { oldestReceivedAt: oldest }),
    };
  }

  async listDeadLetters({
    after = 0,
    limit,
  }: {
    readonly after?: number | undefined;
    readonly limit: number;
  }): Promise<readonly DeadLetter[]> {
    this.#assertAlive();
    return this.#ordered()
      .filter(({ dead, position }) => dead !== undefined && position > after)
      .slice(0, limit)
      .map(({ record, position, attempts, dead }) => ({
        id: record.id,
        position,
        receivedAt: record.receivedAt,
        deadLetteredAt: dead?.at ?? 0,
        attempts,
        reason: dead?.reason ?? "",
        bytes: record.body.byteLength,
      }));
  }

  async get(id: string): Promise<InboxRecord | undefined> {
    this.#assertAlive();
    return this.#file.rows.get(id)?.record;
  }

  async revive(ids: readonly string[]): Promise<number> {
    this.#assertAlive();
    const rows = this.#deadLetters(ids);
    for (const row of rows) {
      row.dead = undefined;
      row.attempts = 0;
      row.position = this.#file.nextPosition++;
    }
    return rows.length;
  }

  /** See {@link Store.discard}. */
  async discard(ids: readonly string[]): Promise<number> {
    this.#assertAlive();
    const rows = this.#deadLetters(ids);
    for (const { record } of rows) this.#remove(record.id);
    return rows.length;
  }

  async find(search: {
    readonly texts: readonly string[];
    readonly deadLetters: boolean;
    readonly after: number;
  }): Promise<{ readonly ids: readonly string[]; readonly next?: number | undefined }> {
    this.#assertAlive();
    const rows = this.#ordered().filter(
      ({ dead, position }) =>
        (dead !== undefined) === search.deadLetters && position > search.after,
    );
    const page = rows.slice(0, FIND_ROWS);
    const last = page.at(-1)?.position ?? 0;
    const ids = page
      .filter(({ record }) => search.texts.some((text) => Buffer.from(record.body).includes(text)))
      .map(({ record }) => record.id);
    return { ids, ...(rows.length > page.length ? { next: last } : {}) };
  }

  async replace(id: string, body: Uint8Array | undefined, was: Uint8Array): Promise<boolean> {
    this.#assertAlive();
    const row = this.#file.rows.get(id);
    if (row === undefined || Buffer.compare(row.record.body, was) !== 0) return false;
    if (body === undefined) this.#remove(id);
    else row.record = { ...row.record, body };
    return true;
  }

  async prune(): Promise<void> {
    this.#assertAlive();
    const { rows, seen, clock, deadLetterMaxAgeMs } = this.#file;
    const now = clock.wall();
    for (const { record, dead } of [...rows.values()])
      if (dead !== undefined && dead.at + deadLetterMaxAgeMs <= now) this.#remove(record.id);
    for (const [key, until] of [...seen]) if (until <= now) seen.delete(key);
  }

  /** Gives back what this process holds. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (!this.#file.living.delete(this)) return;
    for (const row of this.#file.rows.values()) if (row.owner === this) row.owner = undefined;
  }

  #assertAlive(): void {
    if (this.#isClosed) throw new WebhookError("closing", "the store is closed.");
    if (!this.#file.living.has(this)) throw new Error("this process is dead");
  }

  /** From the oldest on. */
  #ordered(): MemoryRow[] {
    return [...this.#file.rows.values()].sort((a, b) => a.position - b.position);
  }

  #claimable(): MemoryRow[] {
    const now = this.#file.clock.tick();
    return this.#ordered().filter(({ owner, dueTick, dead }) => {
      const isFree = owner === undefined || !this.#file.living.has(owner);
      return dead === undefined && isFree && dueTick <= now;
    });
  }

  #deadLetters(ids: readonly string[]): MemoryRow[] {
    return ids
      .map((id) => this.#file.rows.get(id))
      .filter((row) => row !== undefined)
      .filter(({ dead }) => dead !== undefined);
  }

  #isFull(appends: readonly Append[]): boolean {
    const waiting = [...this.#file.rows.values()].filter(({ dead }) => dead === undefined);
    const bytes = bytesOf(appends);
    return bytes > 0 && bytesOf(waiting) + bytes > this.#file.limitBytes;
  }

  /** Returns the ids left out. An id twice among them is one record, and not left out. */
  #append(appends: readonly Append[], isBehind: boolean): string[] {
    const { rows } = this.#file;
    const fresh = new Set<string>();
    const left: string[] = [];
    for (const { record, held } of appends) {
      if (fresh.has(record.id)) continue;
      if (rows.has(record.id) || this.#isRemembered(`record ${record.id}`)) {
        left.push(record.id);
        continue;
      }
      fresh.add(record.id);
      rows.set(record.id, {
        record,
        position: this.#file.nextPosition++,
        attempts: 0,
        completed: [],
        dueTick: Number.NEGATIVE_INFINITY,
        owner: held && !isBehind ? this : undefined,
        dead: undefined,
      });
    }
    return left;
  }

  #settle({ id, kind, completed, delayMs = 0, reason = "" }: Settle): void {
    // What was completed stays completed, even if the record is not ours any more.
    for (const key of completed) this.#remember(`event ${key}`);
    const row = this.#file.rows.get(id);
    if (row === undefined || row.owner !== this) return;
    if (kind === "done") {
      this.#remove(id);
      return;
    }
    const { clock } = this.#file;
    row.completed = [...new Set([...row.completed, ...completed])];
    row.owner = undefined;
    if (kind === "retry" || kind === "dead_letter") row.attempts++;
    if (kind === "retry") row.dueTick = clock.tick() + delayMs;
    if (kind !== "dead_letter") return;
    row.dead = { at: clock.wall(), reason };
    row.position = this.#file.nextPosition++;
  }

  /** A record that is gone was handled: the platform may send it again. */
  #remove(id: string): void {
    this.#file.rows.delete(id);
    this.#remember(`record ${id}`);
  }

  #remember(key: string): void {
    this.#file.seen.set(key, this.#file.clock.wall() + this.#file.rememberMs);
  }

  #isRemembered(key: string): boolean {
    return (this.#file.seen.get(key) ?? Number.NEGATIVE_INFINITY) > this.#file.clock.wall();
  }
}

function bytesOf(records: Iterable<{ readonly record: InboxRecord }>): number {
  return [...records].reduce((sum, { record }) => sum + record.body.byteLength, 0);
}
