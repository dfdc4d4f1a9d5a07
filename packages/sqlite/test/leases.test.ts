import { describe, expect, test } from "vitest";
import { SILENCE_MS } from "../src/leases.ts";
import type { SqliteStore } from "../src/sqlite-store.ts";
import {
  appendAll,
  claimIds,
  createSkew,
  done,
  look,
  newPath,
  openStore,
  range,
  retry,
  settleAll,
  wait,
} from "./support/files.ts";
import { startChild } from "./support/spawn.ts";

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

async function claimWithin(store: SqliteStore, milliseconds: number): Promise<string[]> {
  const deadline = performance.now() + milliseconds;
  let ids = await claimIds(store);
  while (ids.length === 0 && performance.now() < deadline) {
    await wait(50);
    ids = await claimIds(store);
  }
  return ids;
}

test("stores on one file never claim the same record", async () => {
  const path = newPath();
  const stores = range(3).map(() => openStore(path));
  await appendAll(openStore(path), range(300));
  const claimed = await Promise.all(
    stores.map(async (store) => {
      const ids: string[] = [];
      for (;;) {
        const more = await claimIds(store, 7);
        if (more.length === 0) return ids;
        ids.push(...more);
      }
    }),
  );
  expect(claimed.flat().sort()).toEqual(range(300).sort());
});

test("what a store appends for itself is not for others", async () => {
  const path = newPath();
  await appendAll(openStore(path), ["a"], 100, true);
  expect(await claimIds(openStore(path))).toEqual([]);
});

test("close lets go at once and leaves no owner behind", async () => {
  const path = newPath();
  const [first, second] = [openStore(path), openStore(path)];
  await appendAll(first, ["a"]);
  await appendAll(first, ["b"], 100, true);
  expect(await claimIds(first)).toEqual(["a"]);
  expect(await claimIds(second)).toEqual([]);
  await first.close();
  expect(await claimIds(second)).toEqual(["a", "b"]);
  expect((await look(path)).rows("SELECT owner FROM owners")).toHaveLength(1);
});

test("a process holds its records as long as it lives, busy as it may be, and seconds longer", async () => {
  const path = newPath();
  const store = openStore(path);
  await appendAll(store, ["a", "b"]);
  const child = startChild("hold", path);
  expect(await child.firstLine).toBe("2");
  expect(await claimWithin(store, SILENCE_MS + 2_500)).toEqual([]);
  child.process.kill("SIGKILL");
  const killed = performance.now();
  expect(await claimWithin(store, 10_000)).toEqual(["a", "b"]);
  expect(performance.now() - killed).toBeLessThan(5_000);
  expect(performance.now() - killed).toBeGreaterThan(SILENCE_MS - 2_000);
});

test("a store that holds nothing writes nothing", async () => {
  const path = newPath();
  const store = openStore(path);
  await appendAll(store, ["a"], 100, true);
  await settleAll(store, [done("a")]);
  const beat = () => store.thread.call("query", "SELECT * FROM owners");
  const before = await beat();
  await wait(2_500);
  expect(await beat()).toMatchObject(before);
});

test("who had to wait for the file does not take others for dead, who had to wait too", async () => {
  const path = newPath();
  const [first, second] = [openStore(path), openStore(path)];
  await appendAll(first, ["a"], 100, true);
  expect(await claimIds(second)).toEqual([]);
  const other = await look(path);
  await first.thread.kill();
  other.exec("BEGIN IMMEDIATE");
  await wait(SILENCE_MS + 200);
  const claim = claimIds(second);
  await wait(1_000);
  other.exec("ROLLBACK");
  expect(await claim).toEqual([]);
  expect(await claimIds(second)).toEqual(["a"]);
});

describe("a wall clock that jumps", () => {
  test.each([YEAR_MS, -YEAR_MS])("by %d ms ends no lease", async (jump) => {
    const path = newPath();
    const skew = createSkew();
    const [first, second] = [openStore(path, {}, skew.buffer), openStore(path, {}, skew.buffer)];
    await appendAll(first, ["a"], 100, true);
    skew.wall(jump);
    expect(await claimIds(second)).toEqual([]);
    await wait(1_200);
    expect(await claimIds(second)).toEqual([]);
  });

  test.each([YEAR_MS, -YEAR_MS])("by %d ms moves no retry", async (jump) => {
    const path = newPath();
    const skew = createSkew();
    const store = openStore(path, {}, skew.buffer);
    await appendAll(store, ["a"], 100, true);
    await settleAll(store, [retry("a", 1_000)]);
    const start = performance.now();
    skew.wall(jump);
    expect(await claimIds(store)).toEqual([]);
    expect(await claimWithin(store, 5_000)).toEqual(["a"]);
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});

describe("after a reboot, when ticks begin anew", () => {
  const reboot = (path: string): SqliteStore => {
    const skew = createSkew();
    skew.tick(10_000 - Number(process.hrtime.bigint()) / 1e6);
    return openStore(path, {}, skew.buffer);
  };

  test("leases of before are over", async () => {
    const path = newPath();
    const store = openStore(path);
    await appendAll(store, ["a"], 100, true);
    await store.thread.kill();
    expect(await claimIds(reboot(path))).toEqual(["a"]);
  });

  test("retries of before are due", async () => {
    const path = newPath();
    const store = openStore(path);
    await appendAll(store, ["a"], 100, true);
    await settleAll(store, [retry("a", 3_600_000)]);
    await store.close();
    expect(await claimIds(openStore(path))).toEqual([]);
    expect(await claimIds(reboot(path))).toEqual(["a"]);
  });
});
