import { describe, expect, test } from "vitest";
import { loadBinding } from "../src/binding.ts";
import { Connection } from "../src/connection.ts";
import { eventKey, SeenKeys } from "../src/seen-keys.ts";
import {
  appendAll,
  claimIds,
  createSkew,
  deadLetter,
  done,
  look,
  newPath,
  onEnd,
  openStore,
  range,
  settleAll,
  wait,
} from "./support/files.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

describe("ids and keys", () => {
  test("expire, by themselves and from the file", async () => {
    const path = newPath();
    const skew = createSkew();
    const store = openStore(path, {}, skew.buffer);
    await appendAll(store, ["a"], 100, true);
    await settleAll(store, [done("a", ["x"])]);
    skew.wall(9 * DAY_MS);
    expect(await store.seen(["x"])).toEqual(new Set());
    await store.prune();
    expect((await look(path)).rows("SELECT * FROM seen_recent")).toEqual([]);
    expect(await appendAll(store, ["a"])).toEqual([]);
  });

  test("move when they are many, found all the while by every store, and expire there too", {
    timeout: 120_000,
  }, async () => {
    const path = newPath();
    const skew = createSkew();
    const [store, other] = [openStore(path, {}, skew.buffer), openStore(path, {}, skew.buffer)];
    const keys = range(70_000, "k");
    const probes = [keys[0], keys[33_333], keys[69_999]].map(String);
    const found = new Set(probes);
    for (let start = 0; start < keys.length; start += 10_000) {
      await settleAll(store, [done(`d${start}`, keys.slice(start, start + 10_000))]);
    }
    const { rows } = await look(path);
    const rowCount = (table: string) => Number(rows(`SELECT count(*) AS n FROM ${table}`)[0]?.n);
    for (let step = 0; step < 200 && (step < 5 || rowCount("seen_recent") > 5); step++) {
      expect(await store.seen([...probes, "never"])).toEqual(found);
      expect(await other.seen([...probes, "never"])).toEqual(found);
      await settleAll(store, [done(`later${step}`)]);
      await wait(5);
    }
    expect(rowCount("seen")).toBeGreaterThan(70_000);
    expect(await appendAll(other, ["d0", "d60000", "new"])).toEqual(["d0", "d60000"]);
    await store.close();
    expect(await openStore(path, {}, skew.buffer).seen(keys)).toEqual(new Set(keys));
    skew.wall(9 * DAY_MS);
    expect(await other.seen(probes)).toEqual(new Set());
    await other.prune();
    expect(rowCount("seen")).toBe(0);
    // A later prune looks again when something can be too old again.
    await other.prune();
  });

  test("that become too old while they move do not come after the prune", async () => {
    const connection = new Connection(await loadBinding(), newPath(), true);
    onEnd(() => connection.close());
    let now = Date.now();
    const seen = new SeenKeys(connection, { wall: () => now, tick: () => 0 }, DAY_MS);
    connection.transaction(() => seen.remember(range(70_000, "k").map(eventKey)));
    expect(seen.find([eventKey("k1"), eventKey("never")])).toEqual(new Set([eventKey("k1")]));
    const count = () => Number(connection.get("SELECT count(*) AS n FROM seen")?.n);
    seen.moveSome();
    expect(count()).toBeGreaterThan(0);
    now += 2 * DAY_MS;
    Array.from(seen.prune());
    for (let step = 0; step < 50; step++) seen.moveSome();
    expect(count()).toBe(0);
  });
});

describe("dead letters", () => {
  test("give way to newer ones when there is no room, the oldest first", async () => {
    const store = openStore(newPath(), { deadLetterLimitBytes: 4 * 1_000 + 4 * 512 });
    const ids = range(6);
    await appendAll(store, ids, 1_000, true);
    await settleAll(
      store,
      ids.slice(0, 4).map((id) => deadLetter(id)),
    );
    expect(await store.stats()).toMatchObject({
      deadLetters: 4,
      deadLetterBytes: 6_048,
      deadLettersDropped: 0,
    });
    await settleAll(
      store,
      ids.slice(4).map((id) => deadLetter(id)),
    );
    expect((await store.listDeadLetters({ limit: 9 })).map(({ id }) => id)).toEqual(
      range(6).slice(2),
    );
    expect(await store.stats()).toMatchObject({
      deadLetters: 4,
      deadLetterBytes: 6_048,
      deadLettersDropped: 2,
    });
    await appendAll(store, ["huge"], 9_000, true);
    await settleAll(store, [deadLetter("huge")]);
    expect((await store.listDeadLetters({ limit: 9 })).map(({ id }) => id)).toEqual(["huge"]);
  });
});

test("commits go on between the parts of a prune", async () => {
  const path = newPath();
  const skew = createSkew();
  const store = openStore(path, {}, skew.buffer);
  const ids = range(1_000);
  await appendAll(store, ids, 10, true);
  await settleAll(
    store,
    ids.map((id) => deadLetter(id)),
  );
  skew.wall(31 * DAY_MS);
  const order: string[] = [];
  const prune = store.prune().then(() => order.push("prune"));
  await appendAll(store, ["a"]).then(() => order.push("commit"));
  await prune;
  expect(order).toEqual(["commit", "prune"]);
});

test("close does not wait for all of a prune, and ends it well", async () => {
  const skew = createSkew();
  const store = openStore(newPath(), {}, skew.buffer);
  const ids = range(2_000);
  await appendAll(store, ids, 10, true);
  await settleAll(
    store,
    ids.map((id) => deadLetter(id)),
  );
  skew.wall(31 * DAY_MS);
  const prune = store.prune();
  await store.close();
  await expect(prune).resolves.toBeUndefined();
});

test("the file does not grow with what was handled", async () => {
  const path = newPath();
  const store = openStore(path);
  const pages = async () => {
    const [row] = await store.thread.call("query", "PRAGMA page_count");
    return Number((row as { page_count: number }).page_count);
  };
  const round = async (name: string) => {
    const ids = range(200, name);
    await appendAll(store, ids, 2_000, true);
    await settleAll(
      store,
      ids.map((id) => done(id)),
    );
  };
  await round("first");
  const before = await pages();
  for (const name of range(10, "round")) await round(name);
  expect(await pages()).toBeLessThan(before + 30);
  expect(await claimIds(store)).toEqual([]);
});
