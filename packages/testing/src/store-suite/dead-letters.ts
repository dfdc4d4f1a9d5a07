import assert from "node:assert/strict";
import {
  append,
  appendAll,
  claim,
  claimIds,
  deadLetter,
  historyOf,
  range,
  retry,
  settleAll,
} from "./batches.ts";
import type { StoreCheck } from "./store-cases.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Records that were given up, and what people do with them. */
export const deadLetterChecks: readonly StoreCheck[] = [
  {
    name: "dead letters are listed in pages, in the order in which they became so, with what people need",
    async run(rig) {
      const store = await rig.open();
      const appends = range(5).map((id) => append(id, { held: true }));
      await store.commit({ appends, settles: [] });
      const before = Date.now();
      await settleAll(store, deadLetter("r3"));
      const after = Date.now();
      await settleAll(store, deadLetter("r0"), deadLetter("r4"));
      const first = await store.listDeadLetters({ limit: 2 });
      const second = await store.listDeadLetters({ limit: 2, after: first.at(-1)?.position ?? 0 });
      assert.deepEqual(
        [first, second].map((page) => page.map(({ id }) => id)),
        [["r3", "r0"], ["r4"]],
      );
      const letter = first[0];
      assert.ok(letter);
      const { position, deadLetteredAt, ...rest } = letter;
      assert.ok(Number.isSafeInteger(position) && position > 0, "0 is before the first");
      // Places may have clocks of their own: somewhat off, but of today.
      assert.ok(
        deadLetteredAt > before - DAY_MS && deadLetteredAt < after + DAY_MS,
        `deadLetteredAt is milliseconds since 1970, not ${deadLetteredAt}`,
      );
      assert.deepEqual(rest, {
        id: "r3",
        receivedAt: appends[3]?.record.receivedAt,
        attempts: 1,
        reason: "the last attempt failed",
        bytes: 100,
      });
    },
  },
  {
    name: "a revived record is as new, behind what waits, and keeps what was completed",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a"], { held: true });
      await settleAll(store, retry("a", 0, "x"));
      await rig.claimUntil(store, ["a"]);
      await settleAll(store, deadLetter("a", "y"));
      await appendAll(store, ["b"]);
      assert.equal((await store.listDeadLetters({ limit: 9 }))[0]?.attempts, 2);
      assert.equal(await store.revive(["a", "nothing of that id"]), 1);
      assert.deepEqual(await store.listDeadLetters({ limit: 9 }), []);
      assert.deepEqual(await appendAll(store, ["a"]), ["a"]);
      assert.deepEqual(historyOf(await claim(store)), [
        { id: "b", attempts: 0, completed: [] },
        { id: "a", attempts: 0, completed: ["x", "y"] },
      ]);
      await settleAll(store, deadLetter("b"), deadLetter("a"));
      assert.deepEqual(
        (await store.listDeadLetters({ limit: 9 })).map(({ id, attempts }) => [id, attempts]),
        [
          ["b", 1],
          ["a", 1],
        ],
      );
    },
  },
  {
    name: "a discarded record is gone for good: its id is not new",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a", "b"], { held: true });
      await settleAll(store, deadLetter("a"), deadLetter("b"));
      assert.equal(await store.discard(["a", "nothing of that id"]), 1);
      assert.equal(await store.get("a"), undefined);
      assert.deepEqual(
        (await store.listDeadLetters({ limit: 9 })).map(({ id }) => id),
        ["b"],
      );
      assert.deepEqual(await appendAll(store, ["a"]), ["a"]);
      assert.equal(await store.revive(["a"]), 0);
      assert.deepEqual(await claimIds(store), []);
    },
  },
  {
    name: "only what is dead-lettered is revived or discarded",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["held", "tried"], { held: true });
      await settleAll(store, retry("tried", 3_600_000));
      await appendAll(store, ["waiting"]);
      const ids = ["held", "tried", "waiting"];
      assert.equal(await store.revive(ids), 0);
      assert.equal(await store.discard(ids), 0);
      assert.equal((await store.stats()).waiting, 3);
      assert.deepEqual(await claimIds(store), ["waiting"]);
    },
  },
];
