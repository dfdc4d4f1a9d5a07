import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import {
  append,
  appendAll,
  claim,
  claimIds,
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

/** Writing: appends, and what makes one batch of them and the settles. */
export const commitChecks: readonly StoreCheck[] = [
  {
    name: "a record comes back exactly as it was appended",
    async run(rig) {
      const store = await rig.open();
      const body = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256);
      const account = { wabaId: "1", phoneNumberId: "2", displayPhoneNumber: "12125550100" };
      const auth = { kind: "on-premises", tenant: "shop", accounts: ["1"], account } as const;
      const record = { id: "a", receivedAt: 1_790_000_000_123, auth, body };
      const empty = append("empty", { size: 0 });
      await store.commit({ appends: [{ record, held: false }, empty], settles: [] });
      const claimed = await claim(store);
      assert.deepEqual(historyOf(claimed), [
        { id: "a", attempts: 0, completed: [] },
        { id: "empty", attempts: 0, completed: [] },
      ]);
      for (const back of [claimed[0]?.record, await store.get("a")]) {
        assert.deepEqual({ ...back, body: undefined }, { ...record, body: undefined });
        assert.ok(Buffer.from(back?.body ?? []).equals(body), "the bytes are the same");
      }
      assert.equal(claimed[1]?.record.body.byteLength, 0);
      assert.equal(await store.get("nothing of that id"), undefined);
    },
  },
  {
    name: "records keep the order of their appends, held or not, in one commit and over several",
    async run(rig) {
      const store = await rig.open();
      const ids = range(150);
      const held = ids.slice(40, 110);
      const appends = ids.map((id) => append(id, { held: held.includes(id) }));
      await store.commit({ appends: appends.slice(0, 90), settles: [] });
      const before = await claimIds(store);
      await store.commit({ appends: appends.slice(90), settles: [] });
      assert.deepEqual(
        [...before, ...(await claimIds(store))],
        ids.filter((id) => !held.includes(id)),
      );
      await settleAll(store, ...ids.map((id) => release(id)));
      assert.deepEqual(await claimIds(store), ids);
    },
  },
  {
    name: "nothing is held from the start while older records wait, and that is said: they are claimed first",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      const isBehind = async (...ids: string[]): Promise<boolean> => {
        const appends = ids.map((id) => append(id, { held: true }));
        return (await store.commit({ appends, settles: [] })).isBehind;
      };
      await appendAll(other, ["a"]);
      assert.equal(await isBehind("b", "c"), true);
      assert.deepEqual(await claimIds(store), ["a", "b", "c"]);
      await settleAll(store, retry("a", 3_600_000));
      assert.equal(
        await isBehind("d"),
        false,
        "what is held or waits for a retry is not waited for",
      );
      assert.deepEqual(await claimIds(other), []);
      await settleAll(store, release("c"));
      assert.equal(await isBehind("e"), true, "what was put back is older");
      assert.deepEqual(await claimIds(other), ["c", "e"]);
    },
  },
  {
    name: "the appends of a commit come before its settles",
    async run(rig) {
      const store = await rig.open();
      await store.commit({
        appends: [append("a", { held: true })],
        settles: [release("a", "key")],
      });
      assert.deepEqual(historyOf(await claim(store)), [
        { id: "a", attempts: 0, completed: ["key"] },
      ]);
    },
  },
  {
    name: "an id that is there is left out and named: waiting, held, to be retried, dead-lettered",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["held", "retried", "dead"], { held: true });
      await appendAll(store, ["waiting"]);
      await settleAll(store, retry("retried", 3_600_000), deadLetter("dead"));
      const ids = ["waiting", "new", "held", "retried", "dead"];
      const left = await appendAll(store, ids, { size: 7 });
      assert.deepEqual(left, ["dead", "held", "retried", "waiting"]);
      const { waiting, waitingBytes, deadLetters } = await store.stats();
      assert.deepEqual([waiting, waitingBytes, deadLetters], [4, 307, 1]);
      assert.deepEqual(await claimIds(store), ["waiting", "new"], "nothing is let go by it");
      for (const id of ["waiting", "dead"])
        assert.equal((await store.get(id))?.body.byteLength, 100, "the first one stays");
    },
  },
  {
    name: "an id that was handled is left out and named, in every process",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      await appendAll(store, ["a", "b"], { held: true });
      await settleAll(store, done("a"));
      assert.deepEqual(await appendAll(store, ["a", "new"]), ["a"]);
      await settleAll(store, done("b"));
      assert.deepEqual(await claimIds(store), ["new"]);
      assert.deepEqual(await appendAll(other, ["newer", "b", "a"], { held: true }), ["a", "b"]);
      assert.deepEqual(await claimIds(store), []);
    },
  },
  {
    name: "an id twice in one commit is one record, and not left out",
    async run(rig) {
      const store = await rig.open();
      const appends = [
        append("b", { held: true }),
        append("a", { held: true }),
        append("a"),
        append("b", { size: 3 }),
      ];
      assert.deepEqual((await store.commit({ appends, settles: [] })).leftOut, []);
      const { waiting, waitingBytes } = await store.stats();
      assert.deepEqual([waiting, waitingBytes], [2, 200]);
      assert.deepEqual(await claimIds(store), [], "the first one is held");
      await settleAll(store, done("a"), done("b"));
      assert.equal((await store.stats()).waiting, 0);
    },
  },
  {
    name: "a commit that a crash interrupts is there as a whole or not at all, and once when it is repeated",
    async run(rig) {
      const observer = await rig.open();
      const dying = [await rig.open(), await rig.open()];
      for (const [turns, store] of dying.entries())
        await appendAll(store, [`old${turns}`], { held: true });
      const [old, fresh]: [string[], string[]] = [[], []];
      for (const [turns, store] of dying.entries()) {
        const [settled, key, ids] = [`old${turns}`, `key${turns}`, range(40, `new${turns}-`)];
        const appends = ids.map((id) => append(id));
        // Nobody hears what comes of it.
        store.commit({ appends, settles: [done(settled, key)] }).catch(() => {});
        for (let i = 0; i < 2 * turns; i++) await turn();
        await rig.crash(store);
        const isThere = (await seenOf(observer, key)).length > 0;
        const again = [append(settled), ...appends];
        const { leftOut } = await observer.commit({ appends: again, settles: [] });
        assert.deepEqual([...leftOut].sort(), isThere ? [...ids, settled].sort() : [settled]);
        if (!isThere) old.push(settled);
        fresh.push(...ids);
      }
      await rig.outliveLeases();
      const expected = [...old, ...fresh];
      assert.deepEqual(idsOf(await rig.claimUntil(observer, expected)), expected);
    },
  },
  {
    name: "a commit without room refuses its appends as inbox_full and writes its settles, which make room",
    needs: "limit",
    limitBytes: 250,
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a", "b"], { held: true });
      const batch = {
        appends: [append("c"), append("d", { size: 50 })],
        settles: [done("a", "key of a"), retry("b", 0, "key of b")],
      };
      await assert.rejects(store.commit(batch), { code: "inbox_full" });
      assert.deepEqual(await seenOf(store, "key of a", "key of b"), ["key of a", "key of b"]);
      assert.equal(await store.get("c"), undefined);
      const { waiting, waitingBytes } = await store.stats();
      assert.deepEqual([waiting, waitingBytes], [1, 100]);
      assert.deepEqual((await store.commit(batch)).leftOut, []);
      assert.equal((await store.stats()).waitingBytes, 250);
      await assert.rejects(appendAll(store, ["e"], { size: 1 }), { code: "inbox_full" });
      assert.deepEqual(historyOf(await rig.claimUntil(store, ["b", "c", "d"])), [
        { id: "b", attempts: 1, completed: ["key of b"] },
        { id: "c", attempts: 0, completed: [] },
        { id: "d", attempts: 0, completed: [] },
      ]);
    },
  },
];
