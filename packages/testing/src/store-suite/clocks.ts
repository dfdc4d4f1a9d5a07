import assert from "node:assert/strict";
import {
  appendAll,
  claim,
  claimIds,
  deadLetter,
  done,
  historyOf,
  idsOf,
  range,
  retry,
  seenOf,
  settleAll,
} from "./batches.ts";
import type { StoreCheck } from "./store-cases.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** What goes by which clock. */
export const clockChecks: readonly StoreCheck[] = [
  {
    name: "a wall clock that jumps takes nothing from a living process, and leaves nothing to a dead one",
    needs: "clocks",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      await appendAll(store, ["a"], { held: true });
      for (const jump of [YEAR_MS, -2 * YEAR_MS]) {
        rig.moveWallClock(jump);
        await rig.claimsNothing(other, rig.leaseMs / 4, `the clock moved by ${jump} ms`);
      }
      await rig.crash(store);
      await rig.outliveLeases();
      assert.deepEqual(idsOf(await rig.claimUntil(other, ["a"])), ["a"]);
    },
  },
  {
    name: "a retry is due when its ticks have passed, whatever the wall clock does",
    needs: "clocks",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a"], { held: true });
      await settleAll(store, retry("a", HOUR_MS, "x"));
      for (const jump of [YEAR_MS, -2 * YEAR_MS]) {
        rig.moveWallClock(jump);
        assert.deepEqual(await claimIds(store), [], `the clock moved by ${jump} ms`);
      }
      rig.moveTickClock(HOUR_MS - 60_000);
      assert.deepEqual(await claimIds(store), []);
      await rig.close(store);
      const next = await rig.open();
      assert.deepEqual(await claimIds(next), []);
      rig.moveTickClock(60_000);
      assert.deepEqual(historyOf(await claim(next)), [{ id: "a", attempts: 1, completed: ["x"] }]);
    },
  },
  {
    name: "ids and keys are remembered for their time by the wall clock, and then forgotten",
    needs: "clocks",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a"], { held: true });
      await settleAll(store, done("a", "key"));
      const expectKnown = async (when: string): Promise<void> => {
        await store.prune();
        assert.deepEqual(await seenOf(store, "key"), ["key"], when);
        assert.deepEqual(await appendAll(store, ["a"]), ["a"], when);
      };
      rig.moveTickClock(YEAR_MS);
      await expectKnown("after many ticks");
      rig.moveWallClock(-YEAR_MS);
      await expectKnown("when the clock is set back");
      rig.moveWallClock(YEAR_MS + rig.rememberMs - 60_000);
      await expectKnown("shortly before its time");
      rig.moveWallClock(rig.rememberMs);
      await store.prune();
      assert.deepEqual(await seenOf(store, "key"), []);
      assert.deepEqual(await appendAll(store, ["a"]), []);
    },
  },
  {
    name: "dead letters go when they are too old, and only they; their ids are not new",
    needs: "clocks",
    async run(rig) {
      const store = await rig.open();
      const ids = range(300);
      await appendAll(store, ids, { held: true, size: 10 });
      await settleAll(store, ...ids.slice(2).map((id) => deadLetter(id)));
      rig.moveTickClock(YEAR_MS);
      rig.moveWallClock(rig.deadLetterMaxAgeMs - 60_000);
      await store.prune();
      assert.equal((await store.stats()).deadLetters, 298);
      await settleAll(store, deadLetter("r1"));
      rig.moveWallClock(120_000);
      await store.prune();
      const { waiting, deadLetters } = await store.stats();
      assert.deepEqual([waiting, deadLetters], [1, 1]);
      assert.deepEqual(
        (await store.listDeadLetters({ limit: 9 })).map(({ id }) => id),
        ["r1"],
      );
      assert.deepEqual(await appendAll(store, ["r1", "r7"]), ["r1", "r7"]);
    },
  },
];
