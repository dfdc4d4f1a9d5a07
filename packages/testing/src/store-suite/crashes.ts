import assert from "node:assert/strict";
import { appendAll, claim, claimIds, done, historyOf, retry, settleAll } from "./batches.ts";
import type { StoreCheck } from "./store-cases.ts";

/** Who holds what when processes die. */
export const crashChecks: readonly StoreCheck[] = [
  {
    name: "what a dead process held goes to others in time, what a living one holds does not",
    async run(rig) {
      const [dying, living, heir] = [await rig.open(), await rig.open(), await rig.open()];
      await appendAll(dying, ["tried", "new"], { held: true });
      await appendAll(living, ["kept"], { held: true });
      await settleAll(dying, retry("tried", 0, "x"));
      await rig.claimUntil(dying, ["tried"]);
      await rig.crash(dying);
      const died = performance.now();
      const claimed = [...(await claim(heir))];
      // One claim that begins after the lease must bring them; a second, for a machine that was too busy for the first.
      for (let late = 0; late < 2; ) {
        if (performance.now() - died > rig.leaseMs) late++;
        await rig.pause();
        claimed.push(...(await claim(heir)));
      }
      const [first, second, ...more] = historyOf(claimed).sort((a, b) => b.attempts - a.attempts);
      assert.deepEqual(first, { id: "tried", attempts: 1, completed: ["x"] });
      assert.deepEqual(second, { id: "new", attempts: 0, completed: [] });
      assert.deepEqual(more, []);
      await rig.claimsNothing(heir, rig.leaseMs / 4, "a process that lives keeps what it holds");
      await settleAll(living, done("kept"));
      assert.equal((await heir.stats()).waiting, 2);
    },
  },
  {
    name: "dying over a record, or while claiming it, neither loses it nor counts an attempt nor dead-letters it",
    async run(rig) {
      const observer = await rig.open();
      await appendAll(observer, ["a"]);
      for (const isAnswered of [true, false]) {
        const store = await rig.open();
        const claiming = claim(store).catch(() => {});
        if (isAnswered) await claiming;
        await rig.crash(store);
        await rig.outliveLeases();
      }
      assert.deepEqual(await observer.listDeadLetters({ limit: 9 }), []);
      assert.deepEqual(historyOf(await rig.claimUntil(observer, ["a"])), [
        { id: "a", attempts: 0, completed: [] },
      ]);
    },
  },
  {
    name: "what was answered outlives a crash",
    async run(rig) {
      const [store, heir] = [await rig.open(), await rig.open()];
      await appendAll(store, ["a", "b", "c"]);
      assert.deepEqual(await claimIds(store, { records: 1 }), ["a"]);
      await settleAll(store, done("a", "key"));
      await rig.crash(store);
      assert.equal((await heir.seen(["key"])).size, 1);
      assert.deepEqual(await appendAll(heir, ["a"]), ["a"]);
      assert.deepEqual(await claimIds(heir), ["b", "c"]);
    },
  },
];
