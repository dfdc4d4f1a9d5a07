import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { appendAll, claimIds, range, retry, settleAll } from "./batches.ts";
import type { StoreCheck } from "./store-cases.ts";

/** Taking records to deliver them. */
export const claimChecks: readonly StoreCheck[] = [
  {
    name: "a claim is limited by records and by bytes, but one record always fits",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, range(9));
      assert.deepEqual(await claimIds(store, { records: 0 }), []);
      assert.deepEqual(await claimIds(store, { records: 2 }), ["r0", "r1"]);
      assert.deepEqual(await claimIds(store, { bytes: 299 }), ["r2", "r3"]);
      assert.deepEqual(await claimIds(store, { bytes: 300 }), ["r4", "r5", "r6"]);
      assert.deepEqual(await claimIds(store, { bytes: 1 }), ["r7"]);
      assert.deepEqual(await claimIds(store), ["r8"]);
    },
  },
  {
    name: "what a process holds is not claimed again, by itself or by another",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      await appendAll(store, ["a"], { held: true });
      await appendAll(store, ["b"]);
      assert.deepEqual(await claimIds(store), ["b"]);
      await appendAll(other, ["c"]);
      assert.deepEqual(await claimIds(store, { records: 1 }), ["c"]);
      assert.deepEqual(await claimIds(store), []);
      assert.deepEqual(await claimIds(other), []);
    },
  },
  {
    name: "stores that claim at the same time never get the same record",
    async run(rig) {
      const stores = [await rig.open(), await rig.open(), await rig.open()];
      const ids = range(300);
      await Promise.all(
        stores.map((store, index) => appendAll(store, ids.slice(index * 100, (index + 1) * 100))),
      );
      const claimed = await Promise.all(
        stores.map(async (store) => {
          const own: string[] = [];
          for (;;) {
            const more = await claimIds(store, { records: 7 });
            if (more.length === 0) return own;
            own.push(...more);
            assert.ok(own.length <= ids.length, "no store gets more than there is");
          }
        }),
      );
      assert.deepEqual(claimed.flat().sort(), ids.sort());
    },
  },
  {
    name: "a record that waits for its retry holds up no other, and comes before younger ones when it is due",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["later", "now"], { held: true });
      await appendAll(store, ["young"]);
      await settleAll(store, retry("later", 3_600_000), retry("now", 0));
      // Time enough for any clock to tick.
      await sleep(20);
      assert.deepEqual(await claimIds(store), ["now", "young"]);
    },
  },
];
