import assert from "node:assert/strict";
import type { Store } from "@whatsapp-webhooks/core";
import { appendAll, claim, historyOf, retry, settleAll } from "./batches.ts";
import type { StoreCheck } from "./store-cases.ts";

const calls: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  commit: (store) => appendAll(store, ["b"]),
  claim,
  seen: (store) => store.seen(["key"]),
  stats: (store) => store.stats(),
  listDeadLetters: (store) => store.listDeadLetters({ limit: 1 }),
  get: (store) => store.get("a"),
  find: (store) => store.find({ texts: ["b"], deadLetters: false, after: 0 }),
  replace: (store) => store.replace("a", new Uint8Array(1), new Uint8Array(1)),
  "replace without a body": (store) => store.replace("a", undefined, new Uint8Array(1)),
  revive: (store) => store.revive(["a"]),
  discard: (store) => store.discard(["a"]),
  prune: (store) => store.prune(),
};

/** The end of a process that has time for it. */
export const closingChecks: readonly StoreCheck[] = [
  {
    name: "close lets go at once of what was held, as it was",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      await appendAll(store, ["a", "b"], { held: true });
      await settleAll(store, retry("a", 0, "x"));
      await rig.claimUntil(store, ["a"]);
      assert.deepEqual(await claim(other), []);
      await rig.close(store);
      assert.deepEqual(historyOf(await claim(other)), [
        { id: "a", attempts: 1, completed: ["x"] },
        { id: "b", attempts: 0, completed: [] },
      ]);
    },
  },
  {
    name: "every call after close is refused as closing, but another close",
    async run(rig) {
      const [store, unused] = [await rig.open(), await rig.open()];
      await appendAll(store, ["a"]);
      await Promise.all([store.close(), store.close(), unused.close()]);
      for (const [name, call] of Object.entries(calls))
        for (const each of [store, unused])
          await assert.rejects(call(each), { code: "closing" }, `${name} is refused`);
      await store.close();
    },
  },
];
