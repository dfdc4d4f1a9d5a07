import assert from "node:assert/strict";
import {
  appendAll,
  claim,
  deadLetter,
  done,
  historyOf,
  idsOf,
  range,
  release,
  retry,
  seenOf,
  settleAll,
} from "./batches.ts";
import type { StoreCheck } from "./store-cases.ts";

/** What a store knows: of what was handled, of itself, and after a restart. */
export const memoryChecks: readonly StoreCheck[] = [
  {
    name: "keys of events and ids of records are not taken for each other",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a"], { held: true });
      await settleAll(store, done("a", "b"));
      assert.deepEqual(await seenOf(store, "a", "b"), ["b"]);
      assert.deepEqual(await appendAll(store, ["b"]), []);
    },
  },
  {
    name: "many questions at once are answered each for itself",
    async run(rig) {
      const store = await rig.open();
      const keys = range(200, "key");
      await settleAll(store, done("a", ...keys.filter((_, index) => index % 2 === 0)));
      const answers = await Promise.all(keys.map((key) => store.seen([key, "never"])));
      assert.deepEqual(
        answers.map((seen) => [...seen]),
        keys.map((key, index) => (index % 2 === 0 ? [key] : [])),
      );
      assert.equal((await store.seen([])).size, 0);
    },
  },
  {
    name: "stats are right after every step, for every process",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      const check = async (
        waiting: number,
        deadLetters: number,
        oldest?: string,
      ): Promise<void> => {
        const oldestReceivedAt =
          oldest === undefined ? undefined : (await store.get(oldest))?.receivedAt;
        for (const each of [store, other]) {
          const { deadLetterBytes, deadLetterLimitBytes, deadLettersDropped, ...counts } =
            await each.stats();
          assert.deepEqual(
            { oldestReceivedAt: undefined, ...counts },
            { waiting, waitingBytes: waiting * 100, deadLetters, oldestReceivedAt },
          );
          assert.ok(
            deadLetterBytes >= deadLetters * 100 && (deadLetters > 0 || deadLetterBytes === 0),
          );
          assert.ok(deadLetterLimitBytes === undefined || deadLetterBytes <= deadLetterLimitBytes);
          assert.equal(deadLettersDropped, 0);
        }
      };
      await check(0, 0);
      await appendAll(store, ["a", "b"], { held: true });
      await check(2, 0, "a");
      await appendAll(other, ["b", "c", "c", "d"]);
      await check(4, 0, "a");
      assert.deepEqual(idsOf(await claim(store)), ["c", "d"]);
      await check(4, 0, "a");
      await settleAll(store, done("a"));
      await check(3, 0, "b");
      await settleAll(store, retry("b", 3_600_000), release("c"), deadLetter("d"));
      await check(2, 1, "b");
      await claim(other);
      await settleAll(other, deadLetter("c"));
      await check(1, 2, "b");
      await store.discard(["d"]);
      await check(1, 1, "b");
      await store.revive(["c"]);
      await check(2, 0, "b");
      await claim(other);
      await settleAll(other, done("c"));
      await check(1, 0, "b");
    },
  },
  {
    name: "a restart changes nothing of what is stored and remembered",
    async run(rig) {
      const first = await rig.open();
      await appendAll(first, ["handled", "dead", "tried", "waiting"], { held: true });
      await settleAll(
        first,
        done("handled", "key"),
        retry("tried", 0, "x"),
        deadLetter("dead", "y"),
        release("waiting"),
      );
      const letters = await first.listDeadLetters({ limit: 9 });
      const stats = await first.stats();
      await rig.close(first);
      const second = await rig.open();
      assert.deepEqual(await second.stats(), stats);
      assert.deepEqual(await second.listDeadLetters({ limit: 9 }), letters);
      assert.deepEqual(await seenOf(second, "key", "x", "y", "z"), ["key", "x", "y"]);
      assert.deepEqual(await appendAll(second, ["handled", "new"]), ["handled"]);
      assert.deepEqual(historyOf(await rig.claimUntil(second, ["tried", "waiting", "new"])), [
        { id: "tried", attempts: 1, completed: ["x"] },
        { id: "waiting", attempts: 0, completed: [] },
        { id: "new", attempts: 0, completed: [] },
      ]);
    },
  },
  {
    name: "prune takes nothing that is still needed",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["handled", "held", "tried", "dead"], { held: true });
      await appendAll(store, ["waiting"]);
      await settleAll(store, done("handled", "key"), retry("tried", 3_600_000), deadLetter("dead"));
      const stats = await store.stats();
      await store.prune();
      assert.deepEqual(await store.stats(), stats);
      assert.deepEqual(await seenOf(store, "key"), ["key"]);
      assert.deepEqual(await appendAll(store, ["handled"]), ["handled"]);
      assert.deepEqual(idsOf(await claim(store)), ["waiting"]);
    },
  },
];
