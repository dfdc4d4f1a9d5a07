import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  appendAll,
  claimIds,
  deadLetter,
  done,
  newPath,
  openStore,
  range,
  settleAll,
} from "./support/files.ts";

const limit = { deadLetterLimitBytes: 100_000 };

async function deadLetterAll(
  store: ReturnType<typeof openStore>,
  ids: readonly string[],
  size: number,
) {
  await appendAll(store, ids, size, true);
  await settleAll(
    store,
    ids.map((id) => deadLetter(id, [`key of ${id}`])),
  );
}

const deadLetters = async (store: ReturnType<typeof openStore>) =>
  (await store.listDeadLetters({ limit: 1_000 })).map(({ id }) => id);

test("dead letters fill no disk: beyond their limit the oldest give way", async () => {
  const path = newPath();
  const store = openStore(path, limit);
  for (const id of range(30)) await deadLetterAll(store, [id], 10_000);
  expect(await deadLetters(store)).toEqual(range(30).slice(-9));
  expect(await store.stats()).toMatchObject({ deadLetters: 9, waiting: 0, waitingBytes: 0 });
  // Forty letters of a later day are no more than that, though they come in one commit.
  await deadLetterAll(store, range(40, "later"), 10_000);
  expect(await deadLetters(store)).toEqual(range(40, "later").slice(-9));
  await store.close();
  expect(readFileSync(path).byteLength).toBeLessThan(40 * 15_000);
});

test("and what gave way is as handled as what was discarded", async () => {
  const store = openStore(newPath(), limit);
  await deadLetterAll(store, range(12), 10_000);
  expect(await appendAll(store, ["r0", "r11", "new"])).toEqual(["r0", "r11"]);
  expect(await store.seen(["key of r0", "other"])).toEqual(new Set(["key of r0"]));
});

test("empty letters cost room, too", async () => {
  const store = openStore(newPath(), { deadLetterLimitBytes: 10_000 });
  await deadLetterAll(store, range(200), 0);
  expect((await deadLetters(store)).length).toBeLessThan(25);
});

test("a letter larger than the limit is kept while it is the newest", async () => {
  const store = openStore(newPath(), limit);
  await deadLetterAll(store, ["small"], 10);
  await deadLetterAll(store, ["large"], 200_000);
  expect(await deadLetters(store)).toEqual(["large"]);
  await deadLetterAll(store, ["next"], 10);
  expect(await deadLetters(store)).toEqual(["next"]);
});

test("room that was made by hand is room", async () => {
  const store = openStore(newPath(), limit);
  await deadLetterAll(store, range(9), 10_000);
  expect(await store.discard(["r0"])).toBe(1);
  expect(await store.revive(["r1"])).toBe(1);
  const { body } = (await store.get("r2")) ?? { body: Buffer.alloc(0) };
  expect(await store.replace("r2", undefined, body)).toBe(true);
  expect(await claimIds(store)).toEqual(["r1"]);
  await deadLetterAll(store, range(3, "n"), 10_000);
  expect(await deadLetters(store)).toEqual([...range(9).slice(3), ...range(3, "n")]);
  await settleAll(store, [done("r1")]);
});
