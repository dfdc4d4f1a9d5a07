import assert from "node:assert/strict";
import type { Inbox, InboxStats } from "@whatsapp-webhooks/core";
import type { InboxCheck } from "./inbox-cases.ts";
import { deadLetter, done, recordOf } from "./inbox-rig.ts";

const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

async function statsOf(inbox: Inbox): Promise<InboxStats> {
  assert.ok(inbox.stats, "an inbox that does not lack stats has them");
  return inbox.stats();
}

/** What lets people see from outside what an inbox does. */
export const watchingChecks: readonly InboxCheck[] = [
  {
    name: "a record's trace comes with every delivery, is kept when it is dead-lettered, and stays away where there was none",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, rig.context);
      const traced = { ...recordOf("traced"), trace: TRACE };
      await inbox.put(traced);
      const [first] = await rig.deliveries(1);
      first?.answer({ kind: "retry", completed: [], delayMs: 0, reason: "no" });
      const [, second] = await rig.deliveries(2);
      second?.answer(deadLetter());
      const letters = inbox.deadLetters;
      if (letters !== undefined) {
        await rig.until(
          async () => (await letters.list()).length === 1,
          () => "the dead letter",
        );
        assert.equal((await letters.show(traced.id))?.trace, TRACE);
        await letters.replay([traced.id]);
        const [, , third] = await rig.deliveries(3);
        third?.answer(done());
      }
      const deliveries = rig.delivered.map(() => TRACE);
      await inbox.put(recordOf("untraced"));
      await rig.deliveries(deliveries.length + 1);
      const traces = rig.delivered.map(({ record }) => record.trace);
      assert.deepEqual(traces, [...deliveries, undefined]);
    },
  },
  {
    name: "stats tell what is not settled, its bytes and its oldest, and what is dead-lettered",
    needs: "stats",
    async run(rig) {
      const inbox = await rig.open();
      const empty = await statsOf(inbox);
      assert.equal(empty.oldestReceivedAt, undefined);
      assert.deepEqual([empty.waiting, empty.waitingBytes, empty.deadLetters], [0, 0, 0]);
      const [old, young] = [recordOf("aaa"), recordOf("bb")];
      for (const record of [old, young]) await inbox.put(record);
      const both = await statsOf(inbox);
      assert.deepEqual([both.waiting, both.waitingBytes], [2, 5]);
      assert.equal(both.oldestReceivedAt, old.receivedAt);
      await inbox.consume(rig.hold, rig.context);
      const [first, second] = await rig.deliveries(2);
      assert.equal((await statsOf(inbox)).waiting, 2, "what is under way counts");
      first?.answer(deadLetter());
      const kept = inbox.deadLetters === undefined ? 0 : 1;
      await rig.until(
        async () => {
          const { waiting, deadLetters } = await statsOf(inbox);
          return waiting === 1 && deadLetters >= kept;
        },
        () => "the dead letter in stats, and not among what waits",
      );
      const one = await statsOf(inbox);
      assert.deepEqual([one.waiting, one.waitingBytes], [1, 2]);
      assert.equal(one.oldestReceivedAt, young.receivedAt);
      const { deadLetterBytes, deadLetterLimitBytes = Number.POSITIVE_INFINITY } = one;
      assert.ok(deadLetterBytes >= 3 * kept && deadLetterLimitBytes > deadLetterBytes, "the room");
      second?.answer({ kind: "retry", completed: [], delayMs: 3_600_000, reason: "no" });
      // Until the delivery has ended. An inbox that does not tell is given a while.
      if (inbox.idle === undefined) await rig.noMoreThan(2);
      else await inbox.idle();
      const later = await statsOf(inbox);
      assert.equal(later.waiting, 1, "what waits for its retry counts");
      assert.equal(later.oldestReceivedAt, young.receivedAt);
    },
  },
];
