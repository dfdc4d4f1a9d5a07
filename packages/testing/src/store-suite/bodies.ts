import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "@whatsapp-webhooks/core";
import {
  append,
  appendAll,
  claim,
  deadLetter,
  historyOf,
  range,
  replace,
  retry,
  settleAll,
} from "./batches.ts";
import type { StoreCheck } from "./store-cases.ts";

const holding = (id: string, text: string, held = false) => {
  const { record } = append(id);
  return { record: { ...record, body: Buffer.from(`{"from":"${text}"}`) }, held };
};

const textOf = (body: Uint8Array): string => Buffer.from(body).toString();

async function findAll(
  store: Store,
  texts: readonly string[],
  deadLetters: boolean,
): Promise<string[]> {
  const ids: string[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const found: Awaited<ReturnType<Store["find"]>> = await store.find({
      texts,
      deadLetters,
      after,
    });
    ids.push(...found.ids);
    after = found.next;
  }
  return ids.sort();
}

/** What bodies contain, and bodies that are changed: people's data that has to go. */
export const bodyChecks: readonly StoreCheck[] = [
  {
    name: "records are found by what their bodies contain, all of them, waiting and dead-lettered apart",
    async run(rig) {
      const store = await rig.open();
      const others = range(1_100).map((id) => holding(id, "12125550102"));
      const appends = [
        holding("first", "12125550101"),
        ...others,
        holding("both", "12125550101 jä", true),
        holding("dead", "jä", true),
        holding("last", "12125550103"),
      ];
      await store.commit({ appends, settles: [] });
      await settleAll(store, deadLetter("dead"));
      const texts = ["12125550101", "12125550103", "jä"];
      assert.deepEqual(await findAll(store, texts, false), ["both", "first", "last"]);
      assert.deepEqual(await findAll(store, texts, true), ["dead"]);
      assert.deepEqual(await findAll(store, ["nobody"], false), []);
      assert.deepEqual(await findAll(store, [], false), []);
    },
  },
  {
    name: "another body takes the place of a record's, waiting or dead-lettered, and counts with its bytes",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["a", "b", "c"]);
      await claim(store);
      await settleAll(store, deadLetter("c"));
      assert.equal(await replace(store, "a", "less"), true);
      assert.equal(await replace(store, "c", "little"), true);
      const was = Buffer.from("less");
      assert.equal(await store.replace("nothing of that id", Buffer.from("x"), was), false);
      const body = async (id: string) => Buffer.from((await store.get(id))?.body ?? []).toString();
      assert.deepEqual([await body("a"), await body("c")], ["less", "little"]);
      const { waiting, waitingBytes, deadLetters } = await store.stats();
      assert.deepEqual(
        { waiting, waitingBytes, deadLetters },
        { waiting: 2, waitingBytes: 104, deadLetters: 1 },
      );
      assert.equal((await store.listDeadLetters({ limit: 9 }))[0]?.bytes, 6);
    },
  },
  {
    name: "an empty body is one: it takes the place of another, and another that of it",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["waits", "dead"], { held: true });
      await settleAll(store, deadLetter("dead"), { id: "waits", kind: "release", completed: [] });
      const lengths = async () =>
        Promise.all(["waits", "dead"].map(async (id) => (await store.get(id))?.body.byteLength));
      for (const id of ["waits", "dead"]) assert.equal(await replace(store, id, ""), true);
      assert.deepEqual(await lengths(), [0, 0]);
      assert.equal((await store.stats()).waitingBytes, 0);
      for (const id of ["waits", "dead"]) assert.equal(await replace(store, id, "more"), true);
      assert.deepEqual(await lengths(), [4, 4]);
    },
  },
  {
    name: "what somebody else has changed meanwhile is not changed: both changes stay",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      await appendAll(store, ["waits", "dead"], { held: true });
      await settleAll(store, deadLetter("dead"), { id: "waits", kind: "release", completed: [] });
      for (const id of ["waits", "dead"]) {
        const was = (await store.get(id))?.body ?? Buffer.alloc(0);
        assert.equal(await other.replace(id, Buffer.from("changed"), was), true);
        assert.equal(await store.replace(id, Buffer.from("lost"), was), false);
        assert.equal(await store.replace(id, undefined, was), false);
        assert.equal(String(Buffer.from((await store.get(id))?.body ?? [])), "changed");
      }
    },
  },
  {
    name: "what gets another body keeps all else: its place, its attempts, who it came from, and who holds it",
    async run(rig) {
      const [store, other] = [await rig.open(), await rig.open()];
      await appendAll(store, ["tried", "held"], { held: true });
      await appendAll(store, ["last"]);
      await settleAll(store, retry("tried", 0, "x"));
      const whole = async (id: string) => ({ ...(await store.get(id)), body: undefined });
      const ids = ["tried", "held", "last"];
      const before = await Promise.all(ids.map(whole));
      for (const id of ids) {
        assert.equal(await replace(store, id, `less of ${id}`), true);
      }
      assert.deepEqual(await Promise.all(ids.map(whole)), before);
      // Time enough for any clock to tick.
      await sleep(20);
      const claimed = await claim(other);
      assert.deepEqual(historyOf(claimed), [
        { id: "tried", attempts: 1, completed: ["x"] },
        { id: "last", attempts: 0, completed: [] },
      ]);
      assert.deepEqual(
        claimed.map(({ record }) => [{ ...record, body: undefined }, textOf(record.body)]),
        [
          [before[0], "less of tried"],
          [before[2], "less of last"],
        ],
      );
      await settleAll(store, deadLetter("held", "y"));
      assert.deepEqual(
        (await store.listDeadLetters({ limit: 9 })).map(({ id, attempts }) => [id, attempts]),
        [["held", 1]],
      );
    },
  },
  {
    name: "a record without a body is gone for good, and what becomes of it afterwards changes nothing",
    async run(rig) {
      const store = await rig.open();
      await appendAll(store, ["waits", "held", "dead"], { held: true });
      await settleAll(store, deadLetter("dead"), { id: "waits", kind: "release", completed: [] });
      for (const id of ["waits", "held", "dead"]) assert.equal(await replace(store, id), true);
      await settleAll(store, deadLetter("held", "key"));
      assert.deepEqual(await appendAll(store, ["waits", "held", "dead"]), [
        "dead",
        "held",
        "waits",
      ]);
      assert.deepEqual(await claim(store), []);
      const { waiting, waitingBytes, deadLetters } = await store.stats();
      assert.deepEqual(
        { waiting, waitingBytes, deadLetters },
        { waiting: 0, waitingBytes: 0, deadLetters: 0 },
      );
      assert.deepEqual([...(await store.seen(["key"]))], ["key"]);
    },
  },
];
