import assert from "node:assert/strict";
import { append, claim, deadLetter, release, retry, settleAll } from "./batches.ts";
import type { StoreCheck } from "./store-cases.ts";

const traceOf = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;

/** The trace that receiving a record was part of: whoever handles it goes on with it. */
export const traceChecks: readonly StoreCheck[] = [
  {
    name: "each record has its own trace or none, after retries, releases, dead letters and revival, in every process",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      const traces: Readonly<Record<string, string | undefined>> = {
        a: traceOf("a"),
        b: undefined,
        c: traceOf("c"),
      };
      const appends = Object.entries(traces).map(([id, trace]) => {
        const { record } = append(id);
        return { record: trace === undefined ? record : { ...record, trace }, held: true };
      });
      await store.commit({ appends, settles: [] });
      await settleAll(store, retry("a", 0), release("b"), deadLetter("c"));
      assert.equal((await other.get("c"))?.trace, traces.c, "of a dead letter");
      assert.equal((await other.get("a"))?.trace, traces.a, "of one that waits");
      assert.equal(await store.revive(["c"]), 1);
      const claimed = await rig.claimUntil(other, ["a", "b", "c"]);
      const found = Object.fromEntries(claimed.map(({ record }) => [record.id, record.trace]));
      assert.deepEqual(found, traces);
      assert.deepEqual(await claim(store), []);
    },
  },
];
