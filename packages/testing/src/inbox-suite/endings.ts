import assert from "node:assert/strict";
import type { InboxCheck } from "./inbox-cases.ts";
import { done, recordOf } from "./inbox-rig.ts";

/** Coming to rest, being full, closing. */
export const endingChecks: readonly InboxCheck[] = [
  {
    name: "idle waits for what waits for its first delivery or is under way, not for retries",
    async run(rig) {
      const inbox = await rig.open();
      if (inbox.idle === undefined) return;
      await inbox.put(recordOf("a"));
      await inbox.consume(rig.hold, rig.context);
      let isIdle = false;
      const idle = inbox.idle().then(() => {
        isIdle = true;
      });
      const [first] = await rig.deliveries(1);
      await rig.noMoreThan(1);
      assert.equal(isIdle, false, "one is under way");
      first?.answer({ kind: "retry", completed: [], delayMs: 3_600_000, reason: "no" });
      await idle;
      await rig.noMoreThan(1);
    },
  },
  {
    name: "idle right after a put waits for its delivery, repeated ids among the new or not",
    async run(rig) {
      const inbox = await rig.open();
      if (inbox.idle === undefined) return;
      await inbox.consume(
        rig.answering(() => done()),
        rig.context,
      );
      for (const body of ["a", "b"]) {
        await inbox.put(recordOf(body));
        await inbox.idle();
        assert.equal(rig.bodies().at(-1), body);
      }
      const twice = recordOf("c");
      await Promise.all([twice, twice, recordOf("d")].map((record) => inbox.put(record)));
      await inbox.idle();
      assert.deepEqual(rig.bodies(), ["a", "b", "c", "d"]);
    },
  },
  {
    name: "a full inbox refuses as inbox_full, and takes the same record once others are handled",
    needs: "limit",
    limitBytes: 20_000,
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, rig.context);
      let record = recordOf(Buffer.alloc(1_000));
      let count = 0;
      const fill = async (): Promise<void> => {
        for (; count <= 20; count++) {
          await inbox.put(record);
          record = recordOf(Buffer.alloc(1_000));
        }
      };
      await assert.rejects(fill(), { code: "inbox_full" });
      assert.ok(count >= 5, `only ${count} of 20 had room`);
      for (const { answer } of await rig.deliveries(count)) answer(done());
      await rig.until(
        () =>
          inbox.put(record).then(
            () => true,
            () => false,
          ),
        () => "room for another record",
      );
      const last = (await rig.deliveries(count + 1))[count];
      assert.equal(last?.record.id, record.id);
    },
  },
  {
    name: "closing a consumer waits for what is under way, and then nothing more is delivered",
    async run(rig) {
      const inbox = await rig.open();
      const consumer = await inbox.consume(rig.hold, rig.context);
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
      await inbox.put(recordOf("b"));
      await rig.noMoreThan(1);
    },
  },
  {
    name: "close aborts the signal of what is under way",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.consume(rig.hold, rig.context);
      await inbox.put(recordOf("a"));
      const [first] = await rig.deliveries(1);
      assert.equal(first?.delivery.signal.aborted, false);
      await inbox.close();
      assert.equal(first?.delivery.signal.aborted, true);
    },
  },
  {
    name: "close is idempotent, and puts after it are refused as closing",
    async run(rig) {
      const inbox = await rig.open();
      await inbox.put(recordOf("a"));
      await Promise.all([inbox.close(), inbox.close()]);
      await inbox.close();
      await assert.rejects(inbox.put(recordOf("b")), { code: "closing" });
    },
  },
];
