import assert from "node:assert/strict";
import { within } from "../within.ts";
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
      await second.consume(
        rig.answering(() => done()),
        rig.context,
      );
      await rig.deliveries(3);
      assert.deepEqual(rig.bodies(), ["a", "b", "c"]);
    },
  },
  {
    name: "a crash between delivery and outcome delivers again, and never dead-letters",
    needsDurable: true,
    async run(rig) {
      const first = await rig.open();
      await first.consume(rig.hold, rig.context);
      for (const body of ["settled", "open"]) await first.put(recordOf(body));
      const [settled] = await rig.deliveries(2);
      settled?.answer(done());
      // Until the outcome is written. An inbox that does not count is given a while.
      if (first.pending === undefined) await rig.noMoreThan(2);
      else
        await rig.until(
          () => first.pending?.() === 1,
          () => `pending() of 1 (it is ${first.pending?.()})`,
        );
      await rig.crash(first);
      const second = await rig.open();
      await second.consume(
        rig.answering(() => done()),
        rig.context,
      );
      const [, , again] = await rig.deliveries(3);
      assert.equal(Buffer.from(again?.record.body ?? []).toString(), "open");
      assert.equal(again?.delivery.attempt, 1, "nobody failed");
      await rig.noMoreThan(3);
      assert.deepEqual((await second.deadLetters?.list()) ?? [], []);
    },
  },
  {
    name: "two processes on one place handle each record once",
    needsDurable: true,
    async run(rig) {
      const [first, second] = [await rig.open(), await rig.open()];
      const bodies = Array.from({ length: 200 }, (_, i) => String(i));
      await first.consume(rig.hold, rig.context);
      await second.consume(rig.hold, rig.context);
      await Promise.all(
        bodies.map((body, i) => (i % 2 === 0 ? first : second).put(recordOf(body))),
      );
      const delivered = await rig.deliveries(200);
      // While they are under way, and after, both have looked for more.
      await rig.noMoreThan(200, 700);
      for (const { answer } of delivered) answer(done());
      await rig.noMoreThan(200, 700);
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
      await first.consume(
        rig.answering(() => done()),
        rig.context,
      );
      await second.consume(
        rig.answering(() => done()),
        rig.context,
      );
      await rig.deliveries(1);
      await rig.noMoreThan(1, 700);
    },
  },
  {
    name: "a process that only receives is served by one that handles",
    needsDurable: true,
    async run(rig) {
      const [receives, handles] = [await rig.open(), await rig.open()];
      await handles.consume(
        rig.answering(() => done()),
        rig.context,
      );
      await rig.noMoreThan(0);
      for (const body of ["a", "b"]) await receives.put(recordOf(body));
      await rig.deliveries(2);
      assert.deepEqual(rig.bodies(), ["a", "b"]);
    },
  },
  {
    name: "what a closing process gave up is taken over at once",
    needsDurable: true,
    async run(rig) {
      const [first, second] = [await rig.open(), await rig.open()];
      await first.consume(rig.hold, rig.context);
      await first.put(recordOf("a"));
      await rig.deliveries(1);
      await second.consume(
        rig.answering(() => done()),
        rig.context,
      );
      await rig.noMoreThan(1, 500);
      await first.close();
      // A lease would take longer to run out.
      const [, again] = await within(3_000, "taking it over", rig.deliveries(2));
      assert.equal(again?.delivery.attempt, 1, "nobody failed");
    },
  },
];
