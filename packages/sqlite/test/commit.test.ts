import { describe, expect, test } from "vitest";
import {
  append,
  appendAll,
  bury,
  claimIds,
  done,
  look,
  newPath,
  openStore,
  range,
  retry,
  settleAll,
  wait,
} from "./support/files.ts";

describe("appends", () => {
  test("come back as they were", async () => {
    const store = openStore(newPath());
    const { record } = append("a", 300);
    const auth = { kind: "on-premises", account: { phoneNumberId: "1" } } as const;
    await store.commit({ appends: [{ record: { ...record, auth }, held: false }], settles: [] });
    const claimed = await store.claim({ records: 1, bytes: 1 });
    expect(claimed).toEqual([{ record: { ...record, auth }, attempts: 0, completed: [] }]);
    expect(await store.get("a")).toEqual({ ...record, auth });
    expect(await store.get("b")).toBeUndefined();
  });

  test("keep their order through chunks, held or not", async () => {
    const store = openStore(newPath());
    const ids = range(150);
    const appends = ids.map((id, index) => append(id, index, index >= 40 && index < 110));
    await store.commit({ appends, settles: [] });
    expect(await claimIds(store)).toEqual(ids.filter((_, index) => index < 40 || index >= 110));
    await settleAll(
      store,
      ids.slice(40, 110).map((id) => ({ id, kind: "release", completed: [] })),
    );
    expect(await claimIds(store)).toEqual(ids.slice(40, 110));
  });

  test("leave out an id that is there: waiting, held, buried, or just before in the same commit", async () => {
    const store = openStore(newPath());
    expect(await appendAll(store, ["waiting"])).toEqual([]);
    await appendAll(store, ["held", "buried"], 100, true);
    await settleAll(store, [bury("buried")]);
    const ids = ["waiting", "held", "buried", "new", "new"];
    expect(await appendAll(store, ids)).toEqual(["waiting", "held", "buried"]);
    expect(await store.stats()).toMatchObject({ waiting: 3, waitingBytes: 300, buried: 1 });
  });

  test("leave out an id among a whole chunk of new ones", async () => {
    const store = openStore(newPath());
    await appendAll(store, ["r20"]);
    expect(await appendAll(store, range(64), 10, true)).toEqual(["r20"]);
    expect(await store.stats()).toMatchObject({ waiting: 64, waitingBytes: 100 + 63 * 10 });
    expect(await claimIds(store)).toEqual(["r20"]);
    await settleAll(
      store,
      range(64).map((id) => done(id)),
    );
    expect(await store.stats()).toMatchObject({ waiting: 0, waitingBytes: 0, buried: 0 });
  });

  test("leave out an id that was handled", async () => {
    const store = openStore(newPath());
    await appendAll(store, ["a"], 100, true);
    await settleAll(store, [done("a")]);
    expect(await appendAll(store, ["a", "b"])).toEqual(["a"]);
  });
});

describe("claims", () => {
  test("are limited by number and bytes, with one record at least", async () => {
    const store = openStore(newPath());
    await appendAll(store, range(10), 100);
    const claim = async (records: number, bytes: number) =>
      (await store.claim({ records, bytes })).map(({ record }) => record.id);
    expect(await claim(0, 1_000)).toEqual([]);
    expect(await claim(2, 1_000)).toEqual(["r0", "r1"]);
    expect(await claim(100, 250)).toEqual(["r2", "r3"]);
    expect(await claim(100, 1)).toEqual(["r4"]);
    expect(await claim(100, 1_000)).toEqual(["r5", "r6", "r7", "r8", "r9"]);
    expect(await claim(100, 1_000)).toEqual([]);
  });

  test("never repeat what this store holds", async () => {
    const store = openStore(newPath());
    await appendAll(store, ["a"], 100, true);
    await appendAll(store, ["b"]);
    expect(await claimIds(store)).toEqual(["b"]);
    expect(await claimIds(store)).toEqual([]);
  });
});

describe("settling", () => {
  test("done removes the body and remembers id and keys", async () => {
    const path = newPath();
    const store = openStore(path);
    await appendAll(store, ["a"], 100, true);
    await settleAll(store, [done("a", ["x", "y"])]);
    expect(await store.seen(["x", "y", "z"])).toEqual(new Set(["x", "y"]));
    expect(await store.stats()).toMatchObject({ waiting: 0, waitingBytes: 0, buried: 0 });
    expect((await look(path)).rows("SELECT * FROM records")).toEqual([]);
  });

  test("keys are told from ids", async () => {
    const store = openStore(newPath());
    await settleAll(store, [done("a", ["b"])]);
    expect(await store.seen(["a"])).toEqual(new Set());
    expect(await appendAll(store, ["b"])).toEqual([]);
  });

  test("retry comes back after its delay with what was completed, and not before", async () => {
    const store = openStore(newPath());
    await appendAll(store, ["a"], 100, true);
    await settleAll(store, [retry("a", 300, ["x"])]);
    const start = performance.now();
    expect(await store.seen(["x"])).toEqual(new Set(["x"]));
    expect(await claimIds(store)).toEqual([]);
    let claimed = await store.claim({ records: 1, bytes: 1 });
    while (claimed.length === 0) {
      await wait(10);
      claimed = await store.claim({ records: 1, bytes: 1 });
    }
    expect(performance.now() - start).toBeGreaterThan(250);
    expect(claimed).toMatchObject([{ attempts: 1, completed: ["x"] }]);
    await settleAll(store, [retry("a", 0, ["y"])]);
    await wait(2);
    expect(await store.claim({ records: 1, bytes: 1 })).toMatchObject([
      { attempts: 2, completed: ["x", "y"] },
    ]);
  });

  test("release puts it back at once, with what was completed and no attempt more", async () => {
    const store = openStore(newPath());
    await appendAll(store, ["a", "b"], 100, true);
    await settleAll(store, [{ id: "a", kind: "release", completed: ["x"] }]);
    expect(await store.claim({ records: 9, bytes: 999 })).toMatchObject([
      { record: { id: "a" }, attempts: 0, completed: ["x"] },
    ]);
  });

  test("bury keeps it aside and remembers the keys", async () => {
    const store = openStore(newPath());
    await appendAll(store, ["a"], 100, true);
    await settleAll(store, [bury("a", ["x"])]);
    expect(await claimIds(store)).toEqual([]);
    expect(await store.seen(["x"])).toEqual(new Set(["x"]));
    expect(await store.get("a")).toMatchObject({ id: "a" });
    expect(await store.stats()).toMatchObject({ waiting: 0, waitingBytes: 0, buried: 1 });
  });

  test.each(["done", "retry", "bury", "release"] as const)(
    "%s of what another store holds, or nobody has, changes nothing but the keys",
    async (kind) => {
      const path = newPath();
      const [loser, winner] = [openStore(path), openStore(path)];
      await appendAll(loser, ["a"], 100, true);
      await loser.thread.kill();
      const skipped = openStore(path);
      await settleAll(skipped, [{ id: "gone", kind, completed: ["x"], delayMs: 0, reason: "?" }]);
      (await look(path)).exec("UPDATE records SET owner = NULL");
      expect(await claimIds(winner)).toEqual(["a"]);
      await settleAll(loser, [{ id: "a", kind, completed: ["y"], delayMs: 0, reason: "?" }]);
      expect(await winner.seen(["x", "y"])).toEqual(new Set(["x", "y"]));
      expect(await claimIds(skipped)).toEqual([]);
      expect(await winner.stats()).toMatchObject({ waiting: 1, waitingBytes: 100, buried: 0 });
      await settleAll(winner, [done("a")]);
      expect(await winner.stats()).toMatchObject({ waiting: 0, waitingBytes: 0, buried: 0 });
    },
  );
});

describe("one commit", () => {
  test("is all or nothing", async () => {
    const path = newPath();
    const store = openStore(path);
    await appendAll(store, ["a"], 100, true);
    (await look(path)).exec(
      "CREATE TRIGGER fail BEFORE INSERT ON seen_recent BEGIN SELECT raise(ABORT, 'no'); END",
    );
    const batch = { appends: [append("b")], settles: [done("a", ["x"])] };
    await expect(store.commit(batch)).rejects.toMatchObject({ code: "inbox_failed" });
    expect(await store.stats()).toMatchObject({ waiting: 1, waitingBytes: 100 });
    (await look(path)).exec("DROP TRIGGER fail");
    expect(await store.commit(batch)).toEqual([]);
    expect(await store.seen(["x"])).toEqual(new Set(["x"]));
    expect(await claimIds(store)).toEqual(["b"]);
  });

  test("beyond the limit refuses its appends and writes its settles, which make room", async () => {
    const store = openStore(newPath(), { limitBytes: 250 });
    await appendAll(store, ["a", "b"], 100, true);
    const batch = { appends: [append("c", 100)], settles: [done("a", ["x"])] };
    await expect(store.commit(batch)).rejects.toMatchObject({ code: "inbox_full", status: 503 });
    expect(await store.get("c")).toBeUndefined();
    expect(await store.seen(["x"])).toEqual(new Set(["x"]));
    expect(await store.commit(batch)).toEqual([]);
    expect(await store.stats()).toMatchObject({ waiting: 2, waitingBytes: 200 });
  });
});

test("stats tell the oldest that waits", async () => {
  const store = openStore(newPath());
  expect(await store.stats()).toMatchObject({ waiting: 0, waitingBytes: 0, buried: 0 });
  const first = append("a");
  await store.commit({ appends: [{ ...first, held: true }, append("b")], settles: [] });
  expect(await store.stats()).toMatchObject({ oldestReceivedAt: first.record.receivedAt });
});

test("many questions at once are answered each for itself", async () => {
  const store = openStore(newPath());
  const keys = range(200, "k");
  await settleAll(store, [
    done(
      "a",
      keys.filter((_, index) => index % 2 === 0),
    ),
  ]);
  const answers = await Promise.all(keys.map((key) => store.seen([key, "never"])));
  expect(answers.map((seen) => seen.size)).toEqual(keys.map((_, index) => (index + 1) % 2));
  expect(await store.seen([])).toEqual(new Set());
});

test("one question may hold more keys than a call takes arguments", async () => {
  const store = openStore(newPath());
  await settleAll(store, [done("a", ["k7"])]);
  expect(await store.seen(range(300_000, "k"))).toEqual(new Set(["k7"]));
});

test("after close every call says so, and closing again is harmless", async () => {
  const store = openStore(newPath());
  await appendAll(store, ["a"]);
  await Promise.all([store.close(), store.close()]);
  await expect(store.stats()).rejects.toMatchObject({ code: "closing" });
});
