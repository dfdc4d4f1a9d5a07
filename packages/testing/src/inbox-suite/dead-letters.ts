import assert from "node:assert/strict";
import type { InboxCheck } from "./inbox-cases.ts";
import { deadLetter, done, recordOf } from "./inbox-rig.ts";

/** Records that were given up, and what people do with them. */
export const deadLetterChecks: readonly InboxCheck[] = [
  {
    name: "a dead letter is not delivered again, can be looked at, and replayed as new",
    needs: "dead-letters",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, rig.context);
      const record = recordOf("a");
      await inbox.put(record);
      const [first] = await rig.deliveries(1);
      first?.answer({ kind: "retry", completed: [], delayMs: 0, reason: "no" });
      const [, second] = await rig.deliveries(2);
      second?.answer(deadLetter("k"));
      await rig.noMoreThan(2);
      const letters = inbox.deadLetters;
      assert.ok(letters, "an inbox that does not lack dead letters has them");
      await rig.until(
        async () => (await letters.list()).length > 0,
        () => "its dead letter",
      );
      const [letter, ...others] = await letters.list();
      assert.deepEqual(others, []);
      assert.equal(letter?.id, record.id);
      assert.equal(letter?.receivedAt, record.receivedAt);
      assert.equal(letter?.reason, "the last attempt failed");
      assert.equal(letter?.attempts, 2);
      assert.equal(letter?.bytes, 1);
      assert.equal(Buffer.from((await letters.show(record.id))?.body ?? []).toString(), "a");
      assert.equal(await letters.replay(["nothing of that id"]), 0);
      assert.equal(await letters.replay([record.id]), 1);
      const again = (await rig.deliveries(3))[2]?.delivery;
      assert.equal(again?.attempt, 1);
      const known = [...(again?.completed ?? []), ...((await again?.seen(["k"])) ?? [])];
      assert.ok(known.includes("k"), "what was completed is not to be repeated");
      rig.delivered[2]?.answer(done());
      await rig.noMoreThan(3);
      assert.deepEqual(await letters.list(), []);
    },
  },
  {
    name: "several dead letters are replayed at once, each of them, and those not named stay",
    needs: "dead-letters",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, rig.context);
      const records = ["a", "b", "c"].map((body) => recordOf(body));
      for (const record of records) await inbox.put(record);
      for (const { answer } of await rig.deliveries(3)) answer(deadLetter());
      const letters = inbox.deadLetters;
      assert.ok(letters, "an inbox that does not lack dead letters has them");
      await rig.until(
        async () => (await letters.list()).length === 3,
        () => "three dead letters",
      );
      const [a, b, c] = records.map(({ id }) => id);
      assert.equal(await letters.replay([a ?? "", "nothing of that id", c ?? ""]), 2);
      for (const { answer } of (await rig.deliveries(5)).slice(3)) answer(done());
      assert.deepEqual(rig.bodies().slice(3).sort(), ["a", "c"]);
      await rig.noMoreThan(5);
      assert.deepEqual(
        (await letters.list()).map(({ id }) => id),
        [b],
      );
    },
  },
  {
    name: "dead letters are listed in pages, the oldest first, and discarded for good",
    needs: "dead-letters",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, rig.context);
      const records = ["a", "b", "c"].map((body) => recordOf(body));
      for (const record of records) await inbox.put(record);
      const letters = inbox.deadLetters;
      assert.ok(letters, "an inbox that does not lack dead letters has them");
      for (const [index, { answer }] of [...(await rig.deliveries(3))].entries()) {
        answer(deadLetter());
        await rig.until(
          async () => (await letters.list()).length > index,
          () => `dead letter ${index + 1} of 3`,
        );
      }
      const page = await letters.list({ limit: 2 });
      const rest = await letters.list({ limit: 2, after: page.at(-1)?.position ?? 0 });
      const [first, ...others] = records.map(({ id }) => id);
      assert.deepEqual(
        [page, rest].map((each) => each.map(({ id }) => id)),
        [[first, others[0]], [others[1]]],
      );
      assert.equal(await letters.discard([first ?? "", "nothing of that id"]), 1);
      assert.equal(await letters.show(first ?? ""), undefined);
      assert.deepEqual(
        (await letters.list()).map(({ id }) => id),
        others,
      );
      for (const record of records) await inbox.put(record);
      await rig.noMoreThan(3);
    },
  },
];
