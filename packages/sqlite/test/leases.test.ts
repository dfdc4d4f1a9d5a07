import { describe, expect, test, vi } from "vitest";
import { DOUBT_MS, SILENCE_MS } from "../src/leases.ts";
import type { SqliteStore } from "../src/sqlite-store.ts";
import {
  appendAll,
  claimIds,
  createSkew,
  done,
  lock,
  look,
  newPath,
  openStore,
  retry,
  settleAll,
  wait,
} from "./support/files.ts";
import { type Child, startChild } from "./support/spawn.ts";

async function claimWithin(store: SqliteStore, milliseconds: number): Promise<string[]> {
  const deadline = performance.now() + milliseconds;
  let ids = await claimIds(store);
  while (ids.length === 0 && performance.now() < deadline) {
    await wait(50);
    ids = await claimIds(store);
  }
  return ids;
}

test("close leaves no owner behind", async () => {
  const path = newPath();
  const [first, second] = [openStore(path), openStore(path)];
  await appendAll(first, ["a"], 100, true);
  await first.close();
  expect(await claimIds(second)).toEqual(["a"]);
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

/** Stops a process between two of its transactions. */
async function stop({ process }: Child, path: string): Promise<void> {
  const other = await look(path);
  for (;;) {
    process.kill("SIGSTOP");
    await wait(50);
    try {
      other.exec("BEGIN IMMEDIATE; ROLLBACK");
      return;
    } catch {
      process.kill("SIGCONT");
    }
  }
}

test("who was silent for too long and then speaks keeps what it holds", async () => {
  const path = newPath();
  const store = openStore(path);
  await appendAll(store, ["a"]);
  const child = startChild("hold", path);
  expect(await child.firstLine).toBe("1");
  await stop(child, path);
  const other = await look(path);
  const before = other.rows("SELECT alive_tick FROM owners");
  await wait(SILENCE_MS + 200);
  expect(await claimIds(store)).toEqual([]);
  child.process.kill("SIGCONT");
  await vi.waitFor(
    () => expect(other.rows("SELECT alive_tick FROM owners")).not.toEqual(before),
    10_000,
  );
  expect(await claimWithin(store, DOUBT_MS + 500)).toEqual([]);
});

/** Somebody locks the file while the first store is silent, and the second asks for records so long before the end. */
test.each([50, 1_000])(
  "who asked for the file %s ms before a lock ended does not take others for dead, who could not speak",
  async (before) => {
    const path = newPath();
    const [first, second] = [openStore(path), openStore(path)];
    await appendAll(first, ["a"], 100, true);
    expect(await claimIds(second)).toEqual([]);
    await first.thread.kill();
    const other = await lock(path);
    await wait(SILENCE_MS + 200);
    const claim = claimIds(second);
    await wait(before);
    other.exec("ROLLBACK");
    expect(await claim).toEqual([]);
    const ended = performance.now();
    expect(await claimWithin(second, 10_000)).toEqual(["a"]);
    expect(performance.now() - ended).toBeGreaterThan(DOUBT_MS - 100);
  },
);

test("a second in which the file was locked again is none in which others could speak", async () => {
  const path = newPath();
  const [first, second] = [openStore(path), openStore(path)];
  await appendAll(first, ["a"], 100, true);
  await first.thread.kill();
  await wait(SILENCE_MS + 200);
  expect(await claimIds(second)).toEqual([]);
  const other = await lock(path);
  const commit = appendAll(second, ["b"], 100, true);
  await wait(DOUBT_MS + 200);
  other.exec("ROLLBACK");
  await commit;
  expect(await claimIds(second)).toEqual([]);
  expect(await claimWithin(second, 10_000)).toEqual(["a"]);
});

test("who was silent for a while, and has spoken since, is not dead as soon as it is silent again", async () => {
  const path = newPath();
  const skew = createSkew();
  const [first, second] = [openStore(path), openStore(path, {}, skew.buffer)];
  await appendAll(first, ["a"], 100, true);
  const other = await look(path);
  const spoken = () => other.rows("SELECT alive_tick FROM owners");
  skew.tick(SILENCE_MS + DOUBT_MS);
  expect(await claimIds(second)).toEqual([]);
  skew.tick(0);
  for (let beats = 0; beats < 2; beats++) {
    const before = spoken();
    await vi.waitFor(() => expect(spoken()).not.toEqual(before), 10_000);
  }
  skew.tick(SILENCE_MS + DOUBT_MS);
  expect(await claimIds(second)).toEqual([]);
});

test("a lock is no time in which others could speak, however long; but without a second of calm the dead are found, too", async () => {
  const path = newPath();
  const skew = createSkew();
  const [first, second] = [openStore(path), openStore(path, {}, skew.buffer)];
  await appendAll(first, ["a"], 100, true);
  await first.thread.kill();
  skew.tick(SILENCE_MS + DOUBT_MS);
  expect(await claimIds(second)).toEqual([]);
  const other = await lock(path);
  const commit = appendAll(second, ["b"], 100, true);
  // The thread comes to it as soon as that is done.
  const claim = claimIds(second);
  await wait(DOUBT_MS + 200);
  skew.tick(60_000);
  other.exec("ROLLBACK");
  await commit;
  expect(await claim).toEqual([]);
  const found: string[] = [];
  for (let looks = 1; looks <= 10; looks++) {
    skew.tick(60_000 + looks * DOUBT_MS);
    found.push(...(await claimIds(second)));
  }
  expect(found).toEqual(["a"]);
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
