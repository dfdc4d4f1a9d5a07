import assert from "node:assert/strict";
import type { InboxCheck } from "./inbox-cases.ts";
import { done, recordOf } from "./inbox-rig.ts";

/** Restarts, crashes, and a second process on the same place. */
export const crashChecks: readonly InboxCheck[] = [
  {
    name: "what was put is delivered after a crash",
    needsDurable: true,
    async run(rig) {
      const first = await rig.open();
      for (const body of ["a", "b", "c"]) await first.put(recordOf(body));
      await rig.crash(first);
      const second = await rig.open();
      await second.consume(rig.answering(() => done()));
      await rig.deliveries(3);
      assert.deepEqual(rig.bodies(), ["a", "b", "c"]);
    },
  },
  {
    name: "a crash between delivery and outcome delivers again, and never buries",
    needsDurable: true,
    async run(rig) {
      const first = await rig.open();
      await first.consume(rig.hold);
      for (const body of ["settled", "open"]) await first.put(recordOf(body));
      const [settled] = await rig.deliveries(2);
      settled?.answer(done());
      await new Promise((resolve) => setTimeout(resolve, 100));
      await rig.crash(first);
      const second = await rig.open();
      await second.consume(rig.answering(() => done()));
      const [, , again] = await rig.deliveries(3);
      assert.equal(Buffer.from(again?.record.body ?? []).toString(), "open");
      await rig.noMoreThan(3);
      assert.deepEqual(await second.deadLetters?.list(), []);
    },
  },
  {
    name: "two processes on one place handle each record once",
    needsDurable: true,
    async run(rig) {
      const [first, second] = [await rig.open(), await rig.open()];
      const bodies = Array.from({ length: 200 }, (_, i) => String(i));
      await first.consume(rig.answering(() => done()));
      await second.consume(rig.answering(() => done()));
      await Promise.all(
        bodies.map((body, i) => (i % 2 === 0 ? first : second).put(recordOf(body))),
      );
      await rig.deliveries(200);
      await rig.noMoreThan(200, 1_000);
      assert.deepEqual(rig.bodies().sort(), bodies.sort());
    },
  },
  {
    name: "the same id put by two processes is one record",
    needsDurable: true,
    async run(rig) {
      const [first, second] = [await rig.open(), await rig.open()];
      const record = recordOf("a", "one");
      await Promise.all([first.put(record), second.put(record)]);
      await first.consume(rig.answering(() => done()));
      await second.consume(rig.answering(() => done()));
      await rig.deliveries(1);
      await rig.noMoreThan(1, 1_000);
    },
  },
  {
    name: "a process that only receives is served by one that handles",
    needsDurable: true,
    async run(rig) {
      const [receives, handles] = [await rig.open(), await rig.open()];
      await handles.consume(rig.answering(() => done()));
      for (const body of ["a", "b"]) await receives.put(recordOf(body));
      await rig.deliveries(2);
      assert.deepEqual(rig.bodies(), ["a", "b"]);
    },
  },
  {
    name: "what a closed process had not begun is taken over at once",
    needsDurable: true,
    async run(rig) {
      const first = await rig.open();
      const consumer = await first.consume(rig.hold);
      await first.put(recordOf("a"));
      const [held] = await rig.deliveries(1);
      held?.answer({ kind: "release", completed: [] });
      await consumer.close();
      await first.close();
      const second = await rig.open();
      const before = Date.now();
      const count = rig.delivered.length;
      await second.consume(rig.answering(() => done()));
      await rig.deliveries(count + 1);
      assert.ok(Date.now() - before < 3_000, "without waiting for a lease to run out");
    },
  },
];
