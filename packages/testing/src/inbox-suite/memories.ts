import assert from "node:assert/strict";
import type { InboxCheck } from "./inbox-cases.ts";
import { deadLetter, done, recordOf } from "./inbox-rig.ts";

/** What an inbox remembers against duplicates. */
export const memoryChecks: readonly InboxCheck[] = [
  {
    name: "the same id makes no second record: while it waits, is handled, and after",
    async run(rig) {
      const inbox = await rig.open();
      const record = recordOf("a", "one");
      await inbox.put(record);
      await inbox.put(record);
      await Promise.all([inbox.put(record), inbox.put(record)]);
      await inbox.consume(rig.hold, rig.context);
      const [first] = await rig.deliveries(1);
      await inbox.put(record);
      await rig.noMoreThan(1);
      first?.answer(done());
      await inbox.idle?.();
      await inbox.put(record);
      await rig.noMoreThan(1);
    },
  },
  {
    name: "completed keys are seen whatever became of the record, and others are not",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, rig.context);
      for (const body of ["done", "retried", "dead", "released"]) await inbox.put(recordOf(body));
      const [first, second, third, fourth] = await rig.deliveries(4);
      const keys = ["of done", "of retried", "of dead", "of released", "of nobody"];
      assert.deepEqual([...((await first?.delivery.seen(keys)) ?? [])], []);
      first?.answer(done("of done"));
      second?.answer({ kind: "retry", completed: ["of retried"], delayMs: 60_000, reason: "no" });
      third?.answer(deadLetter("of dead"));
      fourth?.answer({ kind: "release", completed: ["of released"] });
      await inbox.put(recordOf("asks"));
      const asks = (await rig.deliveries(6)).find(
        ({ record }) => Buffer.from(record.body).toString() === "asks",
      );
      let seen: string[] = [];
      await rig.until(
        async () => {
          seen = [...((await asks?.delivery.seen(keys)) ?? [])].sort();
          return seen.length >= 4;
        },
        () => `seen() of four keys (it knows ${seen})`,
      );
      assert.deepEqual(seen, ["of dead", "of done", "of released", "of retried"]);
    },
  },
  {
    name: "ids and keys are still known after a restart",
    needsDurable: true,
    async run(rig) {
      const first = await rig.open();
      const record = recordOf("a", "one");
      const consumer = await first.consume(
        rig.answering(() => done("key")),
        rig.context,
      );
      await first.put(record);
      await rig.deliveries(1);
      await first.idle?.();
      await consumer.close();
      await first.close();
      const second = await rig.open();
      await second.consume(rig.hold, rig.context);
      await second.put(record);
      await rig.noMoreThan(1);
      await second.put(recordOf("b"));
      const [, other] = await rig.deliveries(2);
      assert.deepEqual([...((await other?.delivery.seen(["key", "other"])) ?? [])], ["key"]);
    },
  },
];
