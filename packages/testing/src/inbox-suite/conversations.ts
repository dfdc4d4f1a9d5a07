import assert from "node:assert/strict";
import type { Cut, InboxRecord, PartKeys } from "@whatsapp-webhooks/core";
import type { InboxCheck } from "./inbox-cases.ts";
import { deadLetter, done, recordOf } from "./inbox-rig.ts";

/** Bodies of these cases are words; the letter of each is its conversation. `-` belongs to none. One part of several has keys. */
const cut: Cut = ({ body }) => {
  const parts = new Map<string, string[]>();
  const words = Buffer.from(body).toString().split(" ");
  for (const word of words) parts.set(word.charAt(0), [...(parts.get(word.charAt(0)) ?? []), word]);
  return [...parts].map(([letter, mine]) => ({
    conversation: letter === "-" ? undefined : letter,
    body: Buffer.from(mine.join(" ")),
    ...(parts.size > 1 ? { keys: keysOf(mine) } : {}),
  }));
};

function keysOf(words: readonly string[]): PartKeys {
  return { [`key of ${words.join(" ")}`]: "key in the whole", another: null };
}

const retry = (delayMs: number, holds: boolean) =>
  ({ kind: "retry", completed: [], delayMs, reason: "no", holds }) as const;

/** Records cut into parts of one conversation each, over all processes. For inboxes that set `ordersConversations`. */
export const conversationChecks: readonly InboxCheck[] = [
  {
    name: "a record is delivered in its parts, each a record of its own, and those of no conversation wait for nothing",
    needs: "conversations",
    needsDurable: true,
    async run(rig) {
      const inbox = await rig.open();
      assert.equal(inbox.ordersConversations, true);
      await inbox.consume(rig.hold, { ...rig.context, cut });
      const whole = recordOf("a1 b1 a2");
      await inbox.put(whole);
      await inbox.put(recordOf("-1"));
      await inbox.put(recordOf("-2"));
      const parts = await rig.deliveries(4);
      assert.deepEqual(rig.bodies().sort(), ["-1", "-2", "a1 a2", "b1"]);
      assert.equal(new Set(parts.map(({ record }) => record.id)).size, 4);
      for (const { record, delivery } of parts) {
        assert.deepEqual(record.auth, whole.auth);
        const words = Buffer.from(record.body).toString().split(" ");
        assert.deepEqual(record.keys, words[0]?.startsWith("-") ? undefined : keysOf(words));
        assert.equal(delivery.attempt, 1);
      }
      for (const { answer } of parts) answer(done());
      await inbox.put(whole);
      await rig.noMoreThan(4);
    },
  },
  {
    name: "a conversation is delivered one part at a time and in order, over all processes; others go on",
    needs: "conversations",
    needsDurable: true,
    async run(rig) {
      const [first, second] = [await rig.open(), await rig.open()];
      await first.consume(rig.hold, { ...rig.context, cut });
      await second.consume(rig.hold, { ...rig.context, cut });
      await first.put(recordOf("a1 b1"));
      await rig.deliveries(2);
      await second.put(recordOf("a2 c1"));
      await first.put(recordOf("b2 a3"));
      await rig.deliveries(3);
      await rig.noMoreThan(3, 500);
      const expectNext = async (answered: string, next: string): Promise<void> => {
        const count = rig.delivered.length;
        rig.delivered.find((_, index) => rig.bodies()[index] === answered)?.answer(done());
        await rig.deliveries(count + 1);
        assert.equal(rig.bodies()[count], next);
        await rig.noMoreThan(count + 1);
      };
      await expectNext("a1", "a2");
      await expectNext("b1", "b2");
      await expectNext("a2", "a3");
    },
  },
  {
    name: "a conversation waits for a retry that holds it, and not for one that does not",
    needs: "conversations",
    needsDurable: true,
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, { ...rig.context, cut });
      for (const body of ["a1", "a2", "a3"]) await inbox.put(recordOf(body));
      const [first] = await rig.deliveries(1);
      first?.answer(retry(300, true));
      const [, again] = await rig.deliveries(2);
      assert.deepEqual(rig.bodies(), ["a1", "a1"]);
      assert.equal(again?.delivery.attempt, 2);
      await rig.noMoreThan(2);
      again?.answer(retry(1_500, false));
      const [, , second] = await rig.deliveries(3);
      assert.equal(rig.bodies()[2], "a2");
      // When it is due it is the last of its conversation.
      await rig.noMoreThan(3, 2_000);
      second?.answer(done());
      const [, , , third] = await rig.deliveries(4);
      assert.equal(rig.bodies()[3], "a3");
      await rig.noMoreThan(4);
      third?.answer(done());
      const last = (await rig.deliveries(5))[4];
      assert.equal(rig.bodies()[4], "a1");
      assert.equal(last?.delivery.attempt, 3);
    },
  },
  {
    name: "a part keeps its keys when it comes again, in its turn or at the end, and when it is dead-lettered and replayed",
    needs: ["conversations", "dead-letters"],
    needsDurable: true,
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, { ...rig.context, cut });
      await inbox.put(recordOf("a1 b1"));
      const isOfA = ({ record }: { readonly record: InboxRecord }): boolean =>
        Buffer.from(record.body).toString() === "a1";
      const outcomes = [retry(0, true), retry(0, false), deadLetter(), done()];
      for (const [index, outcome] of outcomes.entries()) {
        await rig.deliveries(2 + index);
        const delivered = rig.delivered.filter(isOfA);
        assert.equal(delivered.length, index + 1);
        assert.deepEqual(delivered[index]?.record.keys, keysOf(["a1"]));
        delivered[index]?.answer(outcome);
        if (outcome.kind !== "dead_letter") continue;
        await rig.until(
          async () => (await inbox.deadLetters?.list())?.length === 1,
          () => "the dead letter",
        );
        const [letter] = (await inbox.deadLetters?.list()) ?? [];
        await inbox.deadLetters?.replay([letter?.id ?? ""]);
      }
    },
  },
  {
    name: "parts are dead-lettered and replayed by themselves, and their conversation goes on",
    needs: ["conversations", "dead-letters"],
    needsDurable: true,
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, { ...rig.context, cut });
      await inbox.put(recordOf("a1 b1", "both"));
      await inbox.put(recordOf("a2", "next"));
      const parts = await rig.deliveries(2);
      parts.forEach(({ answer }, index) => {
        answer(rig.bodies()[index] === "a1" ? deadLetter() : done());
      });
      const [, , next] = await rig.deliveries(3);
      assert.equal(rig.bodies()[2], "a2");
      const letters = (await inbox.deadLetters?.list()) ?? [];
      assert.equal(letters.length, 1);
      const id = letters[0]?.id ?? "";
      assert.equal(Buffer.from((await inbox.deadLetters?.show(id))?.body ?? []).toString(), "a1");
      assert.equal(await inbox.deadLetters?.replay([id]), 1);
      await rig.noMoreThan(3, 500);
      next?.answer(done());
      await rig.deliveries(4);
      assert.equal(rig.bodies()[3], "a1", "it joins its conversation at the end");
    },
  },
  {
    name: "a process that dies over a conversation leaves it in order to others",
    needs: "conversations",
    needsDurable: true,
    async run(rig) {
      const first = await rig.open();
      await first.consume(rig.hold, { ...rig.context, cut });
      for (const body of ["a1", "a2 b1", "a3"]) await first.put(recordOf(body));
      await rig.deliveries(2);
      await rig.crash(first);
      const second = await rig.open();
      await second.consume(
        rig.answering(() => done()),
        { ...rig.context, cut },
      );
      await rig.deliveries(6);
      await rig.noMoreThan(6);
      const after = rig.bodies().slice(2);
      assert.deepEqual(
        after.filter((body) => body.startsWith("a")),
        ["a1", "a2", "a3"],
      );
      assert.ok(after.includes("b1"));
    },
  },
  {
    name: "what is erased from the middle of a conversation lets nothing overtake",
    needs: ["conversations", "erase"],
    needsDurable: true,
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, { ...rig.context, cut });
      for (const body of ["a1", "a2:Ann", "a3"]) await inbox.put(recordOf(body));
      const [first] = await rig.deliveries(1);
      // Until all of them are where they wait for each other.
      await rig.until(
        async () => (await inbox.erase?.(["Ann"])) === 1,
        () => "one to be erased",
      );
      await rig.noMoreThan(1, 500);
      first?.answer(done());
      await rig.deliveries(2);
      assert.equal(rig.bodies()[1], "a3");
    },
  },
];
