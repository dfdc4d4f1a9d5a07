import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  appendAll,
  claim,
  claimIds,
  deadLetter,
  done,
  historyOf,
  release,
  retry,
  seenOf,
  settleAll,
} from "./batches.ts";
import type { StoreCheck } from "./store-cases.ts";

/** What becomes of a record that was held. */
export const settleChecks: readonly StoreCheck[] = [
  {
    name: "done removes the record",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a", "b"], { held: true });
      await settleAll(store, done("a"));
      assert.equal(await store.get("a"), undefined);
      assert.deepEqual(await store.listDeadLetters({ limit: 9 }), []);
      assert.equal((await store.stats()).waiting, 1);
      assert.deepEqual(await claimIds(store), []);
    },
  },
  {
    name: "retry counts an attempt and adds to what was completed",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a"], { held: true });
      await settleAll(store, retry("a", 0, "x", "y"));
      assert.deepEqual(historyOf(await rig.claimUntil(store, ["a"])), [
        { id: "a", attempts: 1, completed: ["x", "y"] },
      ]);
      await settleAll(store, retry("a", 0, "y", "z"));
      assert.deepEqual(historyOf(await rig.claimUntil(store, ["a"])), [
        { id: "a", attempts: 2, completed: ["x", "y", "z"] },
      ]);
    },
  },
  {
    name: "retry brings a record back after its delay, and not before",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a"], { held: true });
      const start = performance.now();
      await settleAll(store, retry("a", 250));
      await rig.claimUntil(store, ["a"]);
      const passed = performance.now() - start;
      // Clocks of whole milliseconds may round.
      assert.ok(passed > 245, `it came after ${passed} ms`);
    },
  },
  {
    name: "release puts a record back in its place, counts nothing and adds to what was completed",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a", "b"], { held: true });
      await appendAll(store, ["c"]);
      await settleAll(store, retry("b", 0, "x"));
      await rig.claimUntil(store, ["b", "c"]);
      await settleAll(store, release("c"), release("b", "y"));
      await settleAll(store, release("a", "z"));
      assert.deepEqual(historyOf(await claim(store)), [
        { id: "a", attempts: 0, completed: ["z"] },
        { id: "b", attempts: 1, completed: ["x", "y"] },
        { id: "c", attempts: 0, completed: [] },
      ]);
    },
  },
  {
    name: "dead-letter keeps a record aside, with its bytes",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a", "b"], { held: true });
      const before = await store.get("a");
      await settleAll(store, deadLetter("a"));
      await sleep(20);
      assert.deepEqual(await claimIds(store), []);
      const { waiting, deadLetters } = await store.stats();
      assert.deepEqual([waiting, deadLetters], [1, 1]);
      const after = await store.get("a");
      assert.deepEqual({ ...after, body: undefined }, { ...before, body: undefined });
      assert.ok(Buffer.from(after?.body ?? []).equals(Buffer.alloc(100, "a")));
    },
  },
  {
    name: "what was completed is remembered for all processes, whatever becomes of the record",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      const kinds = ["done", "retry", "release", "dead_letter"];
      await appendAll(store, kinds, { held: true });
      const keys = [...kinds.map((kind) => `key of ${kind}`), "key of nobody"];
      assert.deepEqual(await seenOf(other, ...keys), []);
      await settleAll(
        store,
        done("done", "key of done"),
        retry("retry", 3_600_000, "key of retry"),
        release("release", "key of release"),
        deadLetter("dead_letter", "key of dead_letter"),
      );
      for (const each of [store, other])
        assert.deepEqual(await seenOf(each, ...keys), keys.slice(0, 4));
    },
  },
  {
    name: "settling what this process does not hold changes nothing, but what was completed is remembered",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      await appendAll(other, ["held"], { held: true });
      await appendAll(store, ["free"]);
      const settles = ["held", "free", "gone"].flatMap((id) => [
        retry(id, 3_600_000, `retry ${id}`),
        deadLetter(id, `dead-letter ${id}`),
        release(id, `release ${id}`),
        done(id, `done ${id}`),
      ]);
      await settleAll(store, ...settles);
      const keys = settles.flatMap(({ completed }) => completed);
      assert.deepEqual(await seenOf(other, ...keys), keys);
      const { waiting, waitingBytes, deadLetters } = await store.stats();
      assert.deepEqual([waiting, waitingBytes, deadLetters], [2, 200, 0]);
      assert.deepEqual(historyOf(await claim(store)), [{ id: "free", attempts: 0, completed: [] }]);
      await settleAll(other, release("held"));
      // The second one comes too late: the record is let go.
      await settleAll(other, deadLetter("held", "too late"));
      assert.deepEqual(historyOf(await claim(store)), [{ id: "held", attempts: 0, completed: [] }]);
    },
  },
];
