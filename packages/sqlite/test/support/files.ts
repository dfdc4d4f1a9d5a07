import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Append, Settle, Store } from "@whatsapp-webhooks/core";
import { afterEach, vi } from "vitest";
import { type Database, loadBinding, type Row } from "../../src/binding.ts";
import { SqliteStore, type SqliteStoreOptions } from "../../src/sqlite-store.ts";

// A store starts a thread, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function onEnd(cleanup: () => void | Promise<void>): void {
  cleanups.push(cleanup);
}

/** The path of an inbox that does not exist yet, in a folder that goes after the test. */
export function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "whatsapp-sqlite-"));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "inbox.db");
}

export function openStore(
  path: string,
  options: Omit<SqliteStoreOptions, "path"> = {},
  skew?: SharedArrayBuffer,
): SqliteStore {
  const store = new SqliteStore({ path, ...options }, skew);
  onEnd(() => store.close());
  return store;
}

export interface Skew {
  readonly buffer: SharedArrayBuffer;
  wall(milliseconds: number): void;
  tick(milliseconds: number): void;
}

/** Clocks that a test moves while a store runs. */
export function createSkew(): Skew {
  const buffer = new SharedArrayBuffer(16);
  const shift = new Float64Array(buffer);
  return {
    buffer,
    wall: (milliseconds) => {
      shift[0] = milliseconds;
    },
    tick: (milliseconds) => {
      shift[1] = milliseconds;
    },
  };
}

/** The file as another program sees it. */
export async function look(path: string): Promise<Database & { rows(sql: string): Row[] }> {
  const database = (await loadBinding())(path);
  onEnd(() => database.close());
  return {
    ...database,
    rows: (sql) => [...database.prepare(sql).all([])],
  };
}

/** Another program that keeps the file locked, from the store's next pause on. Ended by `ROLLBACK`. */
export async function lock(path: string): Promise<Database> {
  const other = await look(path);
  other.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE");
  return other;
}

export function append(id: string, size = 100, held = false): Append {
  return {
    record: {
      id,
      receivedAt: Date.now(),
      auth: { kind: "signature", tenant: "shop" },
      body: new Uint8Array(size).fill(id.charCodeAt(id.length - 1)),
    },
    held,
  };
}

/** Returns the ids left out. */
export async function appendAll(
  store: Store,
  ids: readonly string[],
  size = 100,
  held = false,
): Promise<readonly string[]> {
  const appends = ids.map((id) => append(id, size, held));
  return (await store.commit({ appends, settles: [] })).leftOut;
}

export const settleAll = (store: Store, settles: readonly Settle[]) =>
  store.commit({ appends: [], settles });

export const done = (id: string, completed: readonly string[] = []): Settle => ({
  id,
  kind: "done",
  completed,
});

export const retry = (id: string, delayMs: number, completed: readonly string[] = []): Settle => ({
  id,
  kind: "retry",
  completed,
  delayMs,
  reason: "a handler failed",
});

export const deadLetter = (id: string, completed: readonly string[] = []): Settle => ({
  id,
  kind: "dead_letter",
  completed,
  reason: "the last attempt failed",
});

export async function claimIds(store: Store, records = 1_000): Promise<string[]> {
  const claimed = await store.claim({ records, bytes: 100_000_000 });
  return claimed.map(({ record }) => record.id);
}

export const range = (count: number, prefix = "r"): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The thread carries the call out, and nobody hears of it. */
export async function callUnanswered<T>(store: SqliteStore, call: () => Promise<T>): Promise<void> {
  await store.thread.call("die", "before-answering");
  await call().then(
    () => Promise.reject(new Error("it was answered")),
    () => {},
  );
}
