import { existsSync, readFileSync } from "node:fs";
import type { Append, Settle } from "@whatsapp-webhooks/core";
import { describe, expect, test } from "vitest";
import { BUSY_MS } from "../src/failure.ts";
import type { SqliteStore } from "../src/sqlite-store.ts";
import {
  deadLetter,
  done,
  look,
  newPath,
  openStore,
  range,
  retry,
  settleAll,
} from "./support/files.ts";

/** In a page with others, alone in one, over several, over many. */
const SIZES = [150, 1_500, 12_000, 300_000];
const COUNT = 60;

/** A body with its number all through it, so that no part of it could pass for another's. */
function bodyOf(index: number): Buffer {
  const mark = `private-${String(index).padStart(4, "0")} `;
  return Buffer.from(mark.repeat(Math.ceil((SIZES[index % SIZES.length] ?? 0) / mark.length)));
}

const idOf = (index: number): string => `r${index}`;

function append(index: number): Append {
  const record = { id: idOf(index), receivedAt: 0, auth: { kind: "signature" } as const };
  return { record: { ...record, body: bodyOf(index) }, held: true };
}

async function storeAll(store: SqliteStore): Promise<void> {
  for (let start = 0; start < COUNT; start += 20) {
    const indexes = Array.from({ length: 20 }, (_, i) => start + i);
    await store.commit({ appends: indexes.map(append), settles: [] });
  }
}

async function settleSome(store: SqliteStore, settle: (id: string) => Settle): Promise<void> {
  const ids = range(COUNT);
  for (let start = 0; start < COUNT; start += 20)
    await settleAll(store, ids.slice(start, start + 20).map(settle));
}

/** Which bodies a file holds any part of. */
function tracesIn(path: string): string[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "latin1");
  return [...new Set(text.match(/private-\d{4}/g))].sort();
}

const traces = (path: string): string[] => [...tracesIn(path), ...tracesIn(`${path}-wal`)];

describe("the bytes of what was removed are gone from the file and its log", () => {
  test("when a record is done", async () => {
    const path = newPath();
    const store = openStore(path);
    await storeAll(store);
    expect(traces(path).length).toBeGreaterThanOrEqual(COUNT);
    await settleSome(store, (id) => done(id));
    await store.prune();
    expect(traces(path)).toEqual([]);
  });

  test("when it was tried again, dead-lettered and then discarded or erased", async () => {
    const path = newPath();
    const store = openStore(path);
    await storeAll(store);
    await settleSome(store, (id) => retry(id, 0));
    await store.claim({ records: COUNT, bytes: 1e9 });
    await settleSome(store, (id) => deadLetter(id));
    await store.prune();
    expect(tracesIn(path)).toHaveLength(COUNT);
    await store.discard(range(COUNT / 2));
    const others = range(COUNT).slice(COUNT / 2);
    for (const id of others) {
      const { body } = (await store.get(id)) ?? { body: Buffer.alloc(0) };
      expect(await store.replace(id, undefined, body)).toBe(true);
    }
    await store.prune();
    expect(traces(path)).toEqual([]);
  });

  test("while its neighbours stay whole", async () => {
    const path = newPath();
    const store = openStore(path);
    await storeAll(store);
    await settleSome(store, (id) =>
      Number(id.slice(1)) % 3 === 0 ? done(id) : { id, kind: "release", completed: [] },
    );
    await store.prune();
    const kept = range(COUNT).filter((_, index) => index % 3 !== 0);
    expect(traces(path)).toEqual(kept.map((id) => `private-${id.slice(1).padStart(4, "0")}`));
    for (const id of kept)
      expect(bodyOf(Number(id.slice(1))).equals((await store.get(id))?.body ?? Buffer.of())).toBe(
        true,
      );
  });

  test("when the store is closed, without a prune", async () => {
    const path = newPath();
    const store = openStore(path);
    await storeAll(store);
    await settleSome(store, (id) => done(id));
    await store.close();
    expect(traces(path)).toEqual([]);
  });

  test("as soon as whoever reads the old state has ended", async () => {
    const path = newPath();
    const store = openStore(path);
    await storeAll(store);
    const reader = await look(path);
    reader.exec("BEGIN");
    expect(reader.rows("SELECT count(*) AS n FROM records")).toMatchObject([{ n: COUNT }]);
    await settleSome(store, (id) => done(id));
    await store.prune();
    expect(traces(path).length).toBeGreaterThan(0);
    // It was not waited for the reader, and other waits are as long as before.
    expect(await store.thread.call("query", "PRAGMA busy_timeout")).toMatchObject([
      { timeout: BUSY_MS },
    ]);
    reader.exec("COMMIT");
    await store.prune();
    expect(traces(path)).toEqual([]);
  });
});

test("what is remembered of a record and its events are hashes", async () => {
  const path = newPath();
  const store = openStore(path);
  await store.commit({ appends: [append(1)], settles: [] });
  await settleAll(store, [done(idOf(1), ["message:wamid.HBgLMTIxMjU1NTAxMDA:text"])]);
  await store.close();
  const file = readFileSync(path, "latin1");
  expect(file).not.toContain("wamid");
  expect(file).not.toContain("HBgLMTIx");
});
