import type {
  Append,
  ClaimedRecord,
  Commit,
  DeadLetter,
  InboxRecord,
  Settle,
  Store,
  StoreStats,
} from "@whatsapp-webhooks/core";

interface Row {
  readonly record: InboxRecord;
  readonly position: number;
  attempts: number;
  completed: readonly string[];
  dueAt: number;
  owner: MemoryStore | undefined;
  buried: { readonly at: number; readonly reason: string } | undefined;
}

/** What stores of one "file" share: a second store on it is another process. */
export interface MemoryFile {
  readonly rows: Map<string, Row>;
  readonly seen: Set<string>;
  readonly living: Set<Store>;
  nextPosition: number;
}

export function memoryFile(): MemoryFile {
  return { rows: new Map(), seen: new Set(), living: new Set(), nextPosition: 1 };
}

/** The store contract in its plainest form: the model that real stores are compared with. `crash()` is a kill -9. */
export class MemoryStore implements Store {
  readonly durable = true;
  readonly #file: MemoryFile;

  constructor(file: MemoryFile = memoryFile()) {
    this.#file = file;
    file.living.add(this);
  }

  crash(): void {
    this.#file.living.delete(this);
  }

  async commit({ appends, settles }: Commit): Promise<readonly string[]> {
    this.#assertAlive();
    const left = appends.filter((append) => !this.#append(append)).map(({ record }) => record.id);
    for (const settle of settles) this.#settle(settle);
    return left;
  }

  async claim(limits: {
    readonly records: number;
    readonly bytes: number;
  }): Promise<readonly ClaimedRecord[]> {
    this.#assertAlive();
    const claimed: Row[] = [];
    let bytes = 0;
    for (const row of this.#ordered()) {
      const isFree = row.owner === undefined || !this.#file.living.has(row.owner);
      if (row.buried !== undefined || !isFree || row.dueAt > Date.now()) continue;
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
    return new Set(keys.filter((key) => this.#file.seen.has(`event ${key}`)));
  }

  async stats(): Promise<StoreStats> {
    const rows = this.#ordered();
    const waiting = rows.filter(({ buried }) => buried === undefined);
    const oldest = waiting[0]?.record.receivedAt;
    return {
      waiting: waiting.length,
      waitingBytes: waiting.reduce((sum, { record }) => sum + record.body.byteLength, 0),
      buried: rows.length - waiting.length,
      buriedBytes: rows
        .filter(({ buried }) => buried !== undefined)
        .reduce((sum, { record }) => sum + record.body.byteLength, 0),
      buriedLimitBytes: Number.MAX_SAFE_INTEGER,
      buriedDropped: 0,
      ...(oldest === undefined ? {} : { oldestReceivedAt: oldest }),
    };
  }

  async listBuried({
    after = 0,
    limit,
  }: {
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly DeadLetter[]> {
    return this.#ordered()
      .filter(({ buried, position }) => buried !== undefined && position > after)
      .slice(0, limit)
      .map(({ record, position, attempts, buried }) => ({
        id: record.id,
        position,
        receivedAt: record.receivedAt,
        buriedAt: buried?.at ?? 0,
        attempts,
        reason: buried?.reason ?? "",
        bytes: record.body.byteLength,
      }));
  }

  async get(id: string): Promise<InboxRecord | undefined> {
    return this.#file.rows.get(id)?.record;
  }

  async revive(ids: readonly string[]): Promise<number> {
    const rows = this.#buried(ids);
    for (const row of rows)
      Object.assign(row, { buried: undefined, attempts: 0, owner: undefined, dueAt: 0 });
    return rows.length;
  }

  async discard(ids: readonly string[]): Promise<number> {
    const rows = this.#buried(ids);
    for (const { record } of rows) this.#file.rows.delete(record.id);
    return rows.length;
  }

  async find(search: {
    readonly texts: readonly string[];
    readonly buried: boolean;
    readonly after: number;
  }): Promise<{ readonly ids: readonly string[]; readonly next?: number }> {
    const ids = this.#ordered()
      .filter(({ buried }) => (buried !== undefined) === search.buried)
      .filter(({ record }) => search.texts.some((text) => Buffer.from(record.body).includes(text)))
      .map(({ record }) => record.id);
    return { ids };
  }

  async replace(id: string, body: Uint8Array | undefined): Promise<boolean> {
    const row = this.#file.rows.get(id);
    if (row === undefined) return false;
    if (body === undefined) this.#file.rows.delete(id);
    else this.#file.rows.set(id, { ...row, record: { ...row.record, body } });
    return true;
  }

  async prune(): Promise<void> {}

  async close(): Promise<void> {
    for (const row of this.#file.rows.values()) if (row.owner === this) row.owner = undefined;
    this.#file.living.delete(this);
  }

  #assertAlive(): void {
    if (!this.#file.living.has(this)) throw new Error("this process is dead");
  }

  #ordered(): Row[] {
    return [...this.#file.rows.values()].sort((a, b) => a.position - b.position);
  }

  #buried(ids: readonly string[]): Row[] {
    return ids
      .map((id) => this.#file.rows.get(id))
      .filter((row) => row?.buried !== undefined) as Row[];
  }

  #append({ record, held }: Append): boolean {
    const { rows, seen } = this.#file;
    if (rows.has(record.id) || seen.has(`record ${record.id}`)) return false;
    const position = this.#file.nextPosition++;
    rows.set(record.id, {
      record,
      position,
      attempts: 0,
      completed: [],
      dueAt: 0,
      owner: held ? this : undefined,
      buried: undefined,
    });
    return true;
  }

  #settle({ id, kind, completed, delayMs = 0, reason = "" }: Settle): void {
    const row = this.#file.rows.get(id);
    if (row === undefined || row.owner !== this) return;
    if (kind !== "release") for (const key of completed) this.#file.seen.add(`event ${key}`);
    row.completed = completed;
    row.owner = undefined;
    if (kind === "retry" || kind === "bury") row.attempts++;
    if (kind === "retry") row.dueAt = Date.now() + delayMs;
    if (kind === "bury") row.buried = { at: Date.now(), reason };
    if (kind !== "done") return;
    this.#file.rows.delete(id);
    this.#file.seen.add(`record ${id}`);
  }
}
