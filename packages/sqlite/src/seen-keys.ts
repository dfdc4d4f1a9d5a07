import { hash } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { SHORT_BUSY_MS } from "./failure.ts";

const KEY_BYTES = 16;
/** Beyond so many, or in so many batches, recent keys move into the table `seen`. */
const RECENT_KEYS = 65_536;
const RECENT_BATCHES = 8_192;
/** They move in so many steps, so that no commit waits for long. */
const STEPS = 32;
/** A step waits no longer for the file: it comes again with the next commit. */
const MOVE_WAIT_MS = 100;
/** Keys are forgotten in so many lots, so that looking for old ones is seldom worth it. */
const LOTS = 32;
const PRUNE_ROWS = 4_096;

/** The keys ?1, joined, one after the other: to bind many values costs more than to find many keys. */
const KEYS = `WITH RECURSIVE places (place) AS (
    SELECT 0 WHERE length(?1) > 0
    UNION ALL SELECT place + 1 FROM places WHERE (place + 1) * ${KEY_BYTES} < length(?1)
  ), keys (place, key) AS (SELECT place, substr(?1, place * ${KEY_BYTES} + 1, ${KEY_BYTES}) FROM places)`;
export const FIND = `${KEYS} SELECT place FROM keys
  WHERE EXISTS (SELECT 1 FROM seen WHERE seen.key = keys.key AND until_at > ?2)`;
export const MOVE = `${KEYS} INSERT INTO seen SELECT key, ?2 FROM keys WHERE true
  ON CONFLICT DO UPDATE SET until_at = max(until_at, excluded.until_at)`;

/** A record's id as it is remembered: 16 bytes as a string of as many characters, which makes it a key of a Map. */
export function recordKey(id: string): string {
  return digest(`record:${id}`);
}

export function eventKey(key: string): string {
  return digest(`event:${key}`);
}

function digest(text: string): string {
  return hash("sha256", text, "binary").slice(0, KEY_BYTES);
}

/** Keys on their way to `seen`. */
interface Moving {
  readonly keys: ReadonlyMap<string, number>;
  /** Those that are not there yet, a part for each step. */
  readonly parts: string[][];
  readonly lastBatch: number;
}

const toBlob = (keys: readonly string[]): Uint8Array => Buffer.from(keys.join(""), "latin1");

/**
 * What was handled, in two levels. Keys are hashes, so that each falls on another page of the table `seen`: written there
 * by each commit, they would cost several times what the records cost. A commit adds one row of them to `seen_recent`
 * instead, which this thread knows by heart; many at once, in order, they move to `seen`. See the schema.
 */
export class SeenKeys {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #rememberMs: number;
  readonly #lotMs: number;
  /** Keys of `seen_recent` and when they are forgotten. */
  #recent = new Map<string, number>();
  #batches = 0;
  #lastBatch = 0;
  #moving: Moving | undefined;
  /** Nothing in `seen` can be too old before. */
  #prunableAt = 0;

  constructor(connection: Connection, clock: Clock, rememberMs: number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#rememberMs = rememberMs;
    this.#lotMs = Math.max(1, Math.ceil(rememberMs / LOTS));
  }

  /** Which of these are remembered. What other processes committed is known, our own included: it is read back. */
  find(keys: readonly string[]): Set<string> {
    this.#readRecent();
    const now = this.#clock.wall();
    const found = new Set<string>();
    const others: string[] = [];
    for (const key of keys) {
      const until = this.#recent.get(key) ?? this.#moving?.keys.get(key);
      if (until === undefined) others.push(key);
      else if (until > now) found.add(key);
    }
    if (others.length === 0) return found;
    for (const { place } of this.#connection.all(FIND, [toBlob(others), now]))
      found.add(others[Number(place)] ?? "");
    return found;
  }

  /** Within a transaction. */
  remember(keys: readonly string[]): void {
    if (keys.length === 0) return;
    const until = Math.ceil((this.#clock.wall() + this.#rememberMs) / this.#lotMs) * this.#lotMs;
    this.#connection.run("INSERT INTO seen_recent (until_at, keys) VALUES (?, ?)", [
      until,
      toBlob(keys),
    ]);
  }

  /** A small part of moving recent keys, if there are enough of them. Safe to break off: a key may be in both tables. */
  moveSome(): void {
    this.#moving ??= this.#beginMoving();
    if (this.#moving === undefined) return;
    const { keys, parts, lastBatch } = this.#moving;
    const part = parts[parts.length - 1] ?? [];
    const isLast = parts.length <= 1;
    const now = this.#clock.wall();
    this.#connection.transaction(() => {
      const lots = new Map<number, string[]>();
      for (const key of part.sort()) {
        const until = keys.get(key) ?? 0;
        // A prune may have been there already, and does not come again for hours.
        if (until <= now) continue;
        const lot = lots.get(until) ?? [];
        if (lot.push(key) === 1) lots.set(until, lot);
      }
      for (const [until, lot] of lots) this.#connection.run(MOVE, [toBlob(lot), until]);
      if (isLast) this.#connection.run("DELETE FROM seen_recent WHERE batch <= ?", [lastBatch]);
    }, MOVE_WAIT_MS);
    parts.pop();
    if (isLast) this.#moving = undefined;
  }

  #beginMoving(): Moving | undefined {
    if (this.#recent.size < RECENT_KEYS && this.#batches < RECENT_BATCHES) return undefined;
    if (this.#wereMoved()) return undefined;
    // By their first bits: neighbours in the table share its pages.
    const parts: string[][] = Array.from({ length: STEPS }, () => []);
    for (const key of this.#recent.keys()) {
      parts[Math.floor((key.charCodeAt(0) * STEPS) / 256)]?.push(key);
    }
    const moving = { keys: this.#recent, parts, lastBatch: this.#lastBatch };
    this.#recent = new Map();
    this.#batches = 0;
    return moving;
  }

  /** Forgets what is too old, a small transaction at a time. */
  *prune(): Generator<void> {
    const now = this.#clock.wall();
    this.#connection.transaction(() => {
      this.#connection.run("DELETE FROM seen_recent WHERE until_at <= ?", [now]);
    }, SHORT_BUSY_MS);
    if (now < this.#prunableAt) return;
    let after: Uint8Array | undefined = Buffer.alloc(0);
    while (after !== undefined) {
      yield;
      after = this.#pruneAfter(after, now);
    }
    this.#prunableAt = (Math.floor(now / this.#lotMs) + 1) * this.#lotMs;
  }

  /** In the order of keys, not of time: an index by time would cost each key more than this look does. */
  #pruneAfter(after: Uint8Array, now: number): Uint8Array | undefined {
    const connection = this.#connection;
    const last = connection.get(
      `SELECT key FROM seen WHERE key > ? ORDER BY key LIMIT 1 OFFSET ${PRUNE_ROWS}`,
      [after],
    )?.key;
    connection.transaction(() => {
      if (last instanceof Uint8Array) {
        const range = [after, last, now];
        connection.run("DELETE FROM seen WHERE key > ? AND key <= ? AND until_at <= ?", range);
      } else {
        connection.run("DELETE FROM seen WHERE key > ? AND until_at <= ?", [after, now]);
      }
    }, SHORT_BUSY_MS);
    return last instanceof Uint8Array ? last : undefined;
  }

  #readRecent(): void {
    const rows = this.#connection.all(
      "SELECT batch, until_at, keys FROM seen_recent WHERE batch > ? ORDER BY batch",
      [this.#lastBatch],
    );
    for (const { batch, until_at, keys } of rows) {
      if (!(keys instanceof Uint8Array)) continue;
      const text = Buffer.from(keys.buffer, keys.byteOffset, keys.byteLength).toString("latin1");
      for (let start = 0; start < text.length; start += KEY_BYTES) {
        this.#recent.set(text.slice(start, start + KEY_BYTES), Number(until_at));
      }
      this.#lastBatch = Number(batch);
      this.#batches++;
    }
  }

  /** Whether another process has moved most of what we know: then we begin anew with what is left. */
  #wereMoved(): boolean {
    const row = this.#connection.get(
      "SELECT count(*) AS batches, total(length(keys)) AS bytes FROM seen_recent",
    );
    const keys = Number(row?.bytes ?? 0) / KEY_BYTES;
    if (keys > RECENT_KEYS / 2 || Number(row?.batches) > RECENT_BATCHES / 2) return false;
    this.#recent.clear();
    this.#batches = 0;
    this.#lastBatch = 0;
    return true;
  }
}
