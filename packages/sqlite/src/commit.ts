import type { Settle } from "@whatsapp-webhooks/core";
import type { Value } from "./binding.ts";
import { FREE } from "./claim.ts";
import { makeRoom } from "./dead-letters.ts";
import { StoreFailure } from "./failure.ts";
import type { PackedCommit } from "./protocol.ts";
import { eventKey, recordKey } from "./seen-keys.ts";
import type { Session } from "./session.ts";

/** Rows in one INSERT: fewer calls into SQLite cost less than smaller ones. */
const CHUNK = 32;

// An empty body that came from the other thread has no memory, which node:sqlite takes for NULL.
const inserts = Array.from({ length: CHUNK + 1 }, (_, count) => {
  const rows = Array.from({ length: count }, (_, row) => {
    const first = 3 + row * 5;
    return `(?${first}, ?${first + 1}, ?${first + 2}, ?${first + 3}, ?${first + 4})`;
  });
  return `INSERT INTO records (owner, lease, id, received_at, auth, trace, body)
    SELECT ?1, ?2, column1, column2, column3, column4, coalesce(column5, x'') FROM (VALUES ${rows.join(", ")})
    WHERE NOT EXISTS (SELECT 1 FROM dead_letters WHERE id = column1)
    ON CONFLICT (id) DO NOTHING`;
});
export const SEQ_OF = "SELECT seq FROM records WHERE id = ?";

export function commit(
  session: Session,
  batch: PackedCommit,
  request: number,
): { readonly leftOut: readonly string[]; readonly isBehind: boolean } {
  const { connection, data } = session;
  const bytes = batch.bodies.byteLength;
  let isFull = false;
  const result = connection.transaction(() => {
    const counters = connection.get("SELECT waiting_bytes FROM counters");
    isFull = bytes > 0 && Number(counters?.waiting_bytes) + bytes > data.limitBytes;
    // Who wants to deliver from memory must not overtake what others stored.
    const isBehind = batch.held.includes(true) && connection.get(FREE) !== undefined;
    const leftOut = isFull ? [] : new Appending(session, batch, request, isBehind).run();
    settle(session, batch.settles);
    return { leftOut, isBehind };
  });
  // Only now: the settles of the batch are what makes room again.
  if (isFull) throw full(session, bytes);
  return result;
}

function full({ connection, data }: Session, bytes: number): StoreFailure {
  const counters = connection.get("SELECT waiting, waiting_bytes FROM counters");
  return new StoreFailure(
    `${data.path} holds ${counters?.waiting} notifications that wait, ${counters?.waiting_bytes} of its ${data.limitBytes} bytes, and ${bytes} more have no room. See why handlers do not keep up, or raise limitBytes.`,
    { code: "inbox_full" },
  );
}

/** The appends of one commit. */
class Appending {
  readonly #session: Session;
  readonly #batch: PackedCommit;
  readonly #request: number;
  readonly #held: readonly boolean[];
  readonly #offsets: number[] = [];
  /** The last row before this commit. */
  readonly #before: number;
  #last: number;
  #rows = 0;
  #bytes = 0;

  constructor(session: Session, batch: PackedCommit, request: number, isBehind: boolean) {
    this.#session = session;
    this.#batch = batch;
    this.#request = request;
    this.#held = isBehind ? batch.held.map(() => false) : batch.held;
    let offset = 0;
    for (const size of batch.sizes) {
      this.#offsets.push(offset);
      offset += size;
    }
    const last = session.connection.get("SELECT seq FROM sqlite_sequence WHERE name = 'records'");
    this.#before = Number(last?.seq ?? 0);
    this.#last = this.#before;
  }

  /** Returns the ids left out. */
  run(): string[] {
    const { ids } = this.#batch;
    if (ids.length === 0) return [];
    const { leases, seen } = this.#session;
    if (this.#held.includes(true)) leases.renew();
    const keys = ids.map(recordKey);
    const remembered = seen.find(keys);
    const leftOut = ids.filter((_, index) => remembered.has(keys[index] ?? ""));
    const fresh = ids
      .map((_, index) => index)
      .filter((index) => !remembered.has(keys[index] ?? ""));
    for (let start = 0; start < fresh.length; ) {
      const rows = this.#chunk(fresh, start);
      start += rows.length;
      leftOut.push(...this.#insert(rows));
    }
    this.#session.count({ waiting: this.#rows, waitingBytes: this.#bytes });
    return leftOut;
  }

  /** As many rows as one statement takes, held or not as a whole. */
  #chunk(indexes: readonly number[], start: number): readonly number[] {
    const held = this.#held;
    const isHeld = held[indexes[start] ?? 0];
    let end = start + 1;
    const limit = Math.min(start + CHUNK, indexes.length);
    while (end < limit && held[indexes[end] ?? 0] === isHeld) end++;
    return indexes.slice(start, end);
  }

  #insert(indexes: readonly number[]): string[] {
    const { ids, receivedAt, auths, traces, bodies, sizes } = this.#batch;
    const { connection, leases } = this.#session;
    const isHeld = this.#held[indexes[0] ?? 0] === true;
    const values: Value[] = [isHeld ? leases.owner : null, isHeld ? this.#request : null];
    let bytes = 0;
    for (const index of indexes) {
      const offset = this.#offsets[index] ?? 0;
      const size = sizes[index] ?? 0;
      bytes += size;
      values.push(ids[index] ?? "", receivedAt[index] ?? 0, auths[index] ?? "");
      values.push(traces[index] ?? null, bodies.subarray(offset, offset + size));
    }
    const { changes, lastRow } = connection.prepare(inserts[indexes.length] ?? "").run(values);
    this.#rows += changes;
    if (changes === indexes.length) {
      this.#last = lastRow;
      this.#bytes += bytes;
      if (isHeld) {
        const first = lastRow - changes + 1;
        indexes.forEach((index, row) => {
          leases.held.set(ids[index] ?? "", first + row);
        });
      }
      return [];
    }
    return this.#sortOut(indexes);
  }

  /** Some rows of a statement were left out: which? An id twice in one commit is not left out, it is one record. */
  #sortOut(indexes: readonly number[]): string[] {
    const { connection } = this.#session;
    const leftOut: string[] = [];
    for (const index of indexes) {
      const id = this.#batch.ids[index] ?? "";
      const seq = Number(connection.get(SEQ_OF, [id])?.seq ?? 0);
      if (seq > this.#last) this.#bytes += this.#batch.sizes[index] ?? 0;
      this.#last = Math.max(this.#last, seq);
      if (seq <= this.#before) leftOut.push(id);
    }
    return leftOut;
  }
}

function settle(session: Session, settles: readonly Settle[]): void {
  const done: number[] = [];
  const keys: string[] = [];
  for (const each of settles) {
    // What was completed stays completed, even if the lease of the record was lost meanwhile.
    for (const key of each.completed) keys.push(eventKey(key));
    if (each.kind === "done") {
      keys.push(recordKey(each.id));
      const seq = session.leases.held.get(each.id) ?? find(session, each.id);
      if (seq !== undefined) done.push(seq);
    } else {
      putBack(session, each);
    }
    session.leases.held.delete(each.id);
  }
  remove(session, done);
  if (settles.some(({ kind }) => kind === "dead_letter")) makeRoom(session);
  session.seen.remember(keys);
}

function find({ connection }: Session, id: string): number | undefined {
  const seq = connection.get(SEQ_OF, [id])?.seq;
  return seq === undefined ? undefined : Number(seq);
}

/** In runs of neighbours, which most are. Rows whose lease was lost are not ours to remove. */
function remove(session: Session, seqs: number[]): void {
  seqs.sort((a, b) => a - b);
  for (let start = 0; start < seqs.length; ) {
    let end = start + 1;
    while (end < seqs.length && (seqs[end] ?? 0) <= (seqs[end - 1] ?? 0) + 1) end++;
    const run = [seqs[start] ?? 0, seqs[end - 1] ?? 0, session.leases.owner];
    const sums = session.connection.get(
      "SELECT total(length(body)) AS bytes FROM records WHERE seq BETWEEN ? AND ? AND owner = ?",
      run,
    );
    const rows = session.connection.run(
      "DELETE FROM records WHERE seq BETWEEN ? AND ? AND owner = ?",
      run,
    );
    session.count({ waiting: -rows, waitingBytes: -Number(sums?.bytes) });
    start = end;
  }
}

/** Everything but `done`. Of a record whose lease went to another process, nothing changes. */
function putBack(session: Session, settle: Settle): void {
  const { connection, clock, leases } = session;
  const row = connection.get(
    "SELECT seq, completed, length(body) AS bytes FROM records WHERE id = ? AND owner = ?",
    [settle.id, leases.owner],
  );
  if (row === undefined) return;
  const seq = Number(row.seq);
  const completed = JSON.stringify([
    ...new Set([...JSON.parse(String(row.completed)), ...settle.completed]),
  ]);
  if (settle.kind === "release") {
    connection.run("UPDATE records SET completed = ?, owner = NULL, lease = NULL WHERE seq = ?", [
      completed,
      seq,
    ]);
  } else if (settle.kind === "retry") {
    const delay = settle.delayMs ?? 0;
    connection.run(
      `UPDATE records SET completed = ?, owner = NULL, lease = NULL, attempts = attempts + 1,
         due_tick = ?, delay_ms = ?, reason = ? WHERE seq = ?`,
      [completed, clock.tick() + delay, delay, settle.reason ?? null, seq],
    );
  } else {
    connection.run(
      `INSERT INTO dead_letters (id, received_at, dead_lettered_at, attempts, reason, auth, completed, trace, body)
         SELECT id, received_at, ?, attempts + 1, ?, auth, ?, trace, body FROM records WHERE seq = ?`,
      [clock.wall(), settle.reason ?? "", completed, seq],
    );
    connection.run("DELETE FROM records WHERE seq = ?", [seq]);
    const bytes = Number(row.bytes);
    session.count({ waiting: -1, waitingBytes: -bytes, deadLetters: 1, deadLetterBytes: bytes });
  }
}
