import type { Settle } from "@whatsapp-webhooks/core";
import { expect, test } from "vitest";
import {
  append,
  appendAll,
  claimIds,
  done,
  look,
  newPath,
  openStore,
  range,
  settleAll,
} from "./support/files.ts";

// What every store must do is in the suite for stores; here is what only this one can get wrong.

test("an id among a whole chunk of new ones is left out", async () => {
  const store = openStore(newPath());
  await appendAll(store, ["r20"], 100, true);
  expect(await appendAll(store, range(64), 10, true)).toEqual(["r20"]);
  expect(await store.stats()).toMatchObject({ waiting: 64, waitingBytes: 100 + 63 * 10 });
  expect(await claimIds(store)).toEqual([]);
  await settleAll(
    store,
    range(64).map((id) => done(id)),
  );
  expect(await store.stats()).toMatchObject({ waiting: 0, waitingBytes: 0, deadLetters: 0 });
});

test("settles that come after the lease was lost change nothing but the keys", async () => {
  const path = newPath();
  const [loser, winner] = [openStore(path), openStore(path)];
  const kinds: readonly Settle["kind"][] = ["done", "retry", "dead_letter", "release"];
  await appendAll(loser, kinds, 100, true);
  (await look(path)).exec("UPDATE records SET owner = NULL");
  expect(await claimIds(winner)).toEqual(kinds);
  await settleAll(
    loser,
    kinds.map((kind) => ({ id: kind, kind, completed: [`key of ${kind}`], delayMs: 0 })),
  );
  const keys = kinds.map((kind) => `key of ${kind}`);
  expect(await winner.seen(keys)).toEqual(new Set(keys));
  expect(await claimIds(loser)).toEqual([]);
  expect(await winner.stats()).toMatchObject({ waiting: 4, waitingBytes: 400, deadLetters: 0 });
  await settleAll(
    winner,
    kinds.map((kind) => done(kind)),
  );
  expect(await winner.stats()).toMatchObject({ waiting: 0, waitingBytes: 0, deadLetters: 0 });
});

test("one question may hold more keys than a call takes arguments", async () => {
  const store = openStore(newPath());
  await settleAll(store, [done("a", ["k7"])]);
  expect(await store.seen(range(300_000, "k"))).toEqual(new Set(["k7"]));
});

test("a commit that fails in the middle has changed nothing", async () => {
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
  expect(await store.commit(batch)).toEqual({ leftOut: [], isBehind: false });
  expect(await store.seen(["x"])).toEqual(new Set(["x"]));
  expect(await claimIds(store)).toEqual(["b"]);
});

test("a record that is done leaves no row behind", async () => {
  const path = newPath();
  const store = openStore(path);
  await appendAll(store, ["a"], 100, true);
  await settleAll(store, [done("a", ["x", "y"])]);
  expect((await look(path)).rows("SELECT * FROM records")).toEqual([]);
});
