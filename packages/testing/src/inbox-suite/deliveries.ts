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
      await inbox.consume(
        rig.answering(() => done()),
        rig.context,
      );
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
      await inbox.consume(
        rig.answering(() => done()),
        rig.context,
      );
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
      await inbox.consume(rig.hold, rig.context);
      for (const body of ["slow", "b", "c"]) await inbox.put(recordOf(body));
      const [slow, b] = await rig.deliveries(3);
      b?.answer(done());
      slow?.answer(done());
      await rig.noMoreThan(3);
    },
  },
  {
    name: "what is done is not delivered again, in a while neither",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(
        rig.answering(() => done()),
        rig.context,
      );
      for (const body of ["a", "b"]) await inbox.put(recordOf(body));
      await rig.deliveries(2);
      await rig.noMoreThan(2, 1_000);
    },
  },
  {
    name: "a retry comes after its delay, with the next attempt and what was completed",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, rig.context);
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
      await inbox.consume(rig.hold, rig.context);
      await inbox.put(recordOf("a"));
      const [first] = await rig.deliveries(1);
      first?.answer({ kind: "release", completed: ["k"] });
      const [, second] = await rig.deliveries(2);
      assert.equal(second?.delivery.attempt, 1);
      assert.deepEqual([...(second?.delivery.completed ?? [])], ["k"]);
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
      }, rig.context);
      await inbox.put(recordOf("a"));
      await rig.deliveries(1);
      const isDeadLettered = async () => ((await inbox.deadLetters?.list()) ?? []).length === 1;
      await rig.until(
        async () => rig.delivered.length === 2 || (await isDeadLettered()),
        () => "another delivery, or a dead letter,",
      );
    },
  },
  {
    name: "a thousand records at once are all delivered, once and in order",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(
        rig.answering(() => done()),
        rig.context,
      );
      const bodies = Array.from({ length: 1_000 }, (_, i) => String(i));
      await Promise.all(bodies.map((body) => inbox.put(recordOf(body))));
      await rig.deliveries(1_000);
      await rig.noMoreThan(1_000);
      assert.deepEqual(rig.bodies(), bodies);
    },
  },
];
