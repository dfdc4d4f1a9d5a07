import assert from "node:assert/strict";
import type { InboxCheck } from "./inbox-cases.ts";
import { done, recordOf } from "./inbox-rig.ts";

/** From `put` to the outcome. */
export const deliveryChecks: readonly InboxCheck[] = [
  {
    name: "nothing is delivered before consume, then everything, in the order of put",
    async run(rig) {
      const inbox = await rig.open();
      for (const body of ["a", "b", "c"]) await inbox.put(recordOf(body));
      await rig.noMoreThan(0);
      await inbox.consume(rig.answering(() => done()));
      await rig.deliveries(3);
      for (const body of ["d", "e"]) await inbox.put(recordOf(body));
      await rig.deliveries(5);
      assert.deepEqual(rig.bodies(), ["a", "b", "c", "d", "e"]);
    },
  },
  {
    name: "a record is delivered exactly as it was put",
    async run(rig) {
      const inbox = await rig.open();
      const body = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 256);
      const record = {
        ...recordOf(body),
        auth: {
          kind: "on-premises",
          tenant: "acme",
          accounts: ["1"],
          account: { phoneNumberId: "2" },
        },
      } as const;
      await inbox.consume(rig.answering(() => done()));
      await inbox.put(record);
      const [first] = await rig.deliveries(1);
      assert.equal(first?.record.id, record.id);
      assert.equal(first?.record.receivedAt, record.receivedAt);
      assert.deepEqual(first?.record.auth, record.auth);
      assert.ok(Buffer.from(first?.record.body ?? []).equals(body), "the bytes are the same");
      assert.equal(first?.delivery.attempt, 1);
      assert.deepEqual([...(first?.delivery.completed ?? [])], []);
    },
  },
  {
    name: "a slow record does not keep others from being delivered",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold);
      for (const body of ["slow", "b", "c"]) await inbox.put(recordOf(body));
      const [slow, b] = await rig.deliveries(3);
      b?.answer(done());
      slow?.answer(done());
      await rig.noMoreThan(3);
    },
  },
  {
    name: "a retry comes after its delay, with the next attempt and what was completed",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold);
      await inbox.put(recordOf("a"));
      const [first] = await rig.deliveries(1);
      const before = Date.now();
      first?.answer({ kind: "retry", completed: ["k"], delayMs: 200, reason: "no" });
      const [, second] = await rig.deliveries(2);
      assert.ok(Date.now() - before >= 190, "not before the delay");
      assert.equal(second?.delivery.attempt, 2);
      assert.deepEqual([...(second?.delivery.completed ?? [])], ["k"]);
      second?.answer(done("k"));
      await rig.noMoreThan(2);
    },
  },
  {
    name: "a released record comes again as if it had not been delivered",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold);
      await inbox.put(recordOf("a"));
      const [first] = await rig.deliveries(1);
      first?.answer({ kind: "release", completed: ["k"] });
      const [, second] = await rig.deliveries(2);
      assert.equal(second?.delivery.attempt, 1);
      assert.deepEqual([...(second?.delivery.completed ?? [])], ["k"]);
    },
  },
  {
    name: "a buried record is not delivered again, can be looked at, and replayed",
    async run(rig) {
      const inbox = await rig.open();
      let isMended = false;
      await inbox.consume(
        rig.answering(() => (isMended ? done() : { kind: "bury", completed: [], reason: "no" })),
      );
      const record = recordOf("a");
      await inbox.put(record);
      await rig.deliveries(1);
      await rig.noMoreThan(1);
      const letters = inbox.deadLetters;
      assert.ok(letters, "an inbox that buries has dead letters");
      const [letter, ...others] = await letters.list();
      assert.deepEqual(others, []);
      assert.equal(letter?.id, record.id);
      assert.equal(letter?.reason, "no");
      assert.equal(letter?.attempts, 1);
      assert.equal(letter?.bytes, 1);
      assert.equal(Buffer.from((await letters.show(record.id))?.body ?? []).toString(), "a");
      assert.equal(await letters.replay(["nothing of that id"]), 0);
      isMended = true;
      assert.equal(await letters.replay([record.id]), 1);
      const [, again] = await rig.deliveries(2);
      assert.equal(again?.delivery.attempt, 1);
      await rig.noMoreThan(2);
      assert.deepEqual(await letters.list(), []);
    },
  },
  {
    name: "dead letters are listed in pages and discarded by id",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.answering(() => ({ kind: "bury", completed: [], reason: "no" })));
      const records = ["from 12125550101", "from 12125550102", "from 12125550103"].map((body) =>
        recordOf(body),
      );
      for (const record of records) await inbox.put(record);
      await rig.deliveries(3);
      await inbox.idle?.();
      const letters = inbox.deadLetters;
      assert.ok(letters);
      const page = await letters.list({ limit: 2 });
      const rest = await letters.list({ limit: 2, after: page.at(-1)?.position ?? 0 });
      assert.deepEqual(
        [...page, ...rest].map(({ id }) => id),
        records.map(({ id }) => id),
      );
      assert.equal(await letters.discard([records[0]?.id ?? ""]), 1);
      assert.deepEqual(
        (await letters.list()).map(({ id }) => id),
        records.slice(1).map(({ id }) => id),
      );
      await rig.noMoreThan(3);
    },
  },
  {
    name: "a delivery that rejects loses nothing",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(async (record, delivery) => {
        rig.delivered.push({ record, delivery, answer() {} });
        if (rig.delivered.length === 1) throw new Error("a bug");
        return done();
      });
      await inbox.put(recordOf("a"));
      await rig.deliveries(1);
      const isBuried = async () => ((await inbox.deadLetters?.list()) ?? []).length === 1;
      for (let i = 0; i < 500 && rig.delivered.length < 2 && !(await isBuried()); i++)
        await new Promise((r) => setTimeout(r, 10));
      assert.ok(
        rig.delivered.length === 2 || (await isBuried()),
        "it is delivered again, or buried",
      );
    },
  },
  {
    name: "a thousand records at once are all delivered, once and in order",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.answering(() => done()));
      const bodies = Array.from({ length: 1_000 }, (_, i) => String(i));
      await Promise.all(bodies.map((body) => inbox.put(recordOf(body))));
      await rig.deliveries(1_000);
      await rig.noMoreThan(1_000);
      assert.deepEqual(rig.bodies(), bodies);
    },
  },
  {
    name: "closing a consumer waits for what is under way and delivers nothing more",
    async run(rig) {
      const inbox = await rig.open();
      const consumer = await inbox.consume(rig.hold);
      await inbox.put(recordOf("a"));
      const [first] = await rig.deliveries(1);
      let isClosed = false;
      const closing = consumer.close().then(() => {
        isClosed = true;
      });
      await rig.noMoreThan(1);
      assert.equal(isClosed, false, "it waits for the delivery");
      first?.answer(done());
      await closing;
    },
  },
  {
    name: "close is idempotent, and puts after it are refused as closing",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.close();
      await inbox.close();
      await assert.rejects(inbox.put(recordOf("a")), { code: "closing" });
    },
  },
];
