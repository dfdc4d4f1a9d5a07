import assert from "node:assert/strict";
import type { InboxCheck } from "./inbox-cases.ts";
import { done, recordOf } from "./inbox-rig.ts";

const ANN = "12125550101";
const BOB = "12125550102";

const bodyOf = (...senders: readonly string[]): string =>
  JSON.stringify({
    entry: [
      {
        id: "1",
        changes: [
          {
            field: "messages",
            value: { messages: senders.map((from) => ({ from, type: "text", id: `of ${from}` })) },
          },
        ],
      },
    ],
  });

/** What is kept of a person goes when they ask for it. */
export const erasingChecks: readonly InboxCheck[] = [
  {
    name: "erase takes a person's items out of what waits and what is dead-lettered, and leaves the others'",
    needs: ["erase", "dead-letters"],
    async run(rig) {
      const inbox = await rig.open();
      assert.ok(inbox.erase, "an inbox that does not lack it can erase");
      const consumer = await inbox.consume(rig.hold, rig.context);
      await inbox.put(recordOf(bodyOf(ANN, BOB), "both"));
      await inbox.put(recordOf(bodyOf(ANN), "hers"));
      await inbox.put(recordOf(bodyOf(BOB), "his"));
      for (const { answer } of await rig.deliveries(3))
        answer({ kind: "dead_letter", completed: [], reason: "no" });
      const count = async () => ((await inbox.deadLetters?.list()) ?? []).length;
      await rig.until(
        async () => (await count()) === 3,
        () => "three dead letters",
      );
      await consumer.close();
      assert.equal(await inbox.erase([ANN, ""]), 2);
      assert.equal(await inbox.erase([ANN]), 0);
      const left = await inbox.deadLetters?.list();
      assert.deepEqual(
        left?.map(({ id }) => id),
        ["both", "his"],
      );
      const body = async (id: string) =>
        Buffer.from((await inbox.deadLetters?.show(id))?.body ?? []).toString();
      assert.equal(await body("both"), bodyOf(BOB));
      assert.equal(await body("his"), bodyOf(BOB));
    },
  },
  {
    name: "what waits is delivered without the items of a person who was erased",
    needs: "erase",
    async run(rig) {
      const inbox = await rig.open();
      assert.ok(inbox.erase, "an inbox that does not lack it can erase");
      for (const senders of [[ANN, BOB], [ANN], [BOB]])
        await inbox.put(recordOf(bodyOf(...senders)));
      assert.equal(await inbox.erase([ANN]), 2);
      await inbox.consume(
        rig.answering(() => done()),
        rig.context,
      );
      await rig.deliveries(2);
      await rig.noMoreThan(2);
      assert.deepEqual(rig.bodies(), [bodyOf(BOB), bodyOf(BOB)]);
    },
  },
];
