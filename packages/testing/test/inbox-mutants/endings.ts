import type { Inbox } from "@whatsapp-webhooks/core";
import { openSlow } from "../subjects/memory-subjects.ts";
import {
  delivering,
  type InboxMutants,
  inboxWith,
  memoryInboxWith,
  saying,
} from "./wrong-inbox.ts";

const SAME_ID = "the same id makes no second record: while it waits, is handled, and after";
const SEEN = "completed keys are seen whatever became of the record, and others are not";
const IDLE = "idle waits for what waits for its first delivery or is under way, not for retries";
const IDLE_AFTER_PUT =
  "idle right after a put waits for its delivery, repeated ids among the new or not";
const FULL =
  "a full inbox refuses as inbox_full, and takes the same record once others are handled";
const CONSUMER =
  "closing a consumer waits for what is under way, and then nothing more is delivered";
const ABORTS = "close aborts the signal of what is under way";
const CLOSED = "close is idempotent, and puts after it are refused as closing";

/** Makes of each record with an id that was there before another one, with an id of its own. */
const renaming = (right: Inbox): Partial<Inbox> => {
  let puts = 0;
  return { put: (record) => right.put({ ...record, id: `${record.id} ${puts++}` }) };
};

const neverFull = (right: Inbox): Partial<Inbox> => ({
  put: (record) => right.put(record).catch(() => {}),
});

export const endingMutants: InboxMutants = {
  "makes a record of each put, in memory": {
    subject: memoryInboxWith(renaming),
    caughtBy: [SAME_ID],
  },
  "makes a record of each put": {
    subject: inboxWith(renaming),
    caughtBy: [SAME_ID],
  },
  "forgets an id once it is handled": {
    subject: inboxWith((right) => {
      const handled = new Map<string, number>();
      const idOf = (id: string) => `${id} ${handled.get(id) ?? 0}`;
      return {
        put: (record) => right.put({ ...record, id: idOf(record.id) }),
        consume: (deliver, context) =>
          right.consume(async (record, delivery) => {
            const outcome = await deliver(record, delivery);
            const id = record.id.slice(0, record.id.lastIndexOf(" "));
            if (outcome.kind === "done") handled.set(id, (handled.get(id) ?? 0) + 1);
            return outcome;
          }, context),
      };
    }),
    caughtBy: [SAME_ID],
  },
  "forgets what was completed": {
    subject: saying(() => ({ seen: () => new Set<string>() })),
    caughtBy: [SEEN, "ids and keys are still known after a restart"],
  },
  "remembers what somebody asked for": {
    subject: (() => {
      const asked = new Set<string>();
      return saying((delivery) => ({
        async seen(keys) {
          const seen = new Set(await delivery.seen(keys));
          for (const key of keys) if (asked.has(key)) seen.add(key);
          for (const key of keys) asked.add(key);
          return seen;
        },
      }));
    })(),
    caughtBy: [SEEN],
  },
  "remembers what was completed only of what is done": {
    subject: delivering((deliver) => async (record, delivery) => {
      const outcome = await deliver(record, delivery);
      return outcome.kind === "done" ? outcome : { ...outcome, completed: [] };
    }),
    caughtBy: [SEEN],
  },
  "is idle at once": {
    subject: inboxWith(() => ({ idle: async () => {} })),
    caughtBy: [IDLE, IDLE_AFTER_PUT],
  },
  "is idle at once, in memory": {
    subject: memoryInboxWith(() => ({ idle: async () => {} })),
    caughtBy: [IDLE, IDLE_AFTER_PUT],
  },
  "is idle when nothing is under way, whatever waits": {
    subject: inboxWith(
      (right) => ({
        async idle() {
          while (right.pending?.() !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
        },
      }),
      openSlow,
    ),
    caughtBy: [IDLE, IDLE_AFTER_PUT],
  },
  "is never idle while something waits for its retry": {
    subject: inboxWith((right, store) => ({
      async idle() {
        while ((await store.stats()).waiting > 0)
          await new Promise((resolve) => setTimeout(resolve, 5).unref());
        await right.idle?.();
      },
    })),
    caughtBy: [IDLE],
  },
  "drops what it has no room for": {
    subject: inboxWith(neverFull),
    caughtBy: [FULL],
  },
  "drops what it has no room for, in memory": {
    subject: memoryInboxWith(neverFull),
    caughtBy: [FULL],
  },
  "takes what it once refused for a repetition": {
    subject: memoryInboxWith((right) => {
      const refused = new Set<string>();
      return {
        async put(record) {
          if (refused.has(record.id)) return;
          refused.add(record.id);
          await right.put(record);
        },
      };
    }),
    caughtBy: [FULL],
  },
  "finds no room again": {
    subject: memoryInboxWith((right) => {
      let isFull = false;
      return {
        async put(record) {
          if (isFull) throw Object.assign(new Error("full"), { code: "inbox_full" });
          await right.put(record).catch((error: unknown) => {
            isFull = true;
            throw error;
          });
        },
      };
    }),
    caughtBy: [FULL],
  },
  "closes a consumer without waiting": {
    subject: inboxWith((right) => ({
      async consume(deliver, context) {
        const consumer = await right.consume(deliver, context);
        return {
          async close() {
            void consumer.close();
          },
        };
      },
    })),
    caughtBy: [CONSUMER],
  },
  "goes on delivering when the consumer is closed": {
    subject: inboxWith((right) => ({
      async consume(deliver, context) {
        await right.consume(deliver, context);
        return { close: async () => right.idle?.() };
      },
    })),
    caughtBy: [CONSUMER],
  },
  "never aborts": {
    subject: saying(() => ({ signal: new AbortController().signal })),
    caughtBy: [ABORTS],
  },
  "aborts at once": {
    subject: saying(() => ({ signal: AbortSignal.abort() })),
    caughtBy: [ABORTS],
  },
  "takes puts after close": {
    subject: inboxWith(neverFull),
    caughtBy: [CLOSED],
  },
  "says something else than closing": {
    subject: inboxWith((right) => ({
      put: (record) => right.put(record).catch(() => Promise.reject(new Error("no"))),
    })),
    caughtBy: [CLOSED, FULL],
  },
  "closes only once": {
    subject: inboxWith((right) => {
      let isClosed = false;
      return {
        async close() {
          if (isClosed) throw new Error("it is closed already");
          isClosed = true;
          await right.close();
        },
      };
    }),
    caughtBy: [CLOSED],
  },
  "hangs when it is closed again": {
    subject: inboxWith((right) => {
      let closes = 0;
      return { close: () => (closes++ === 0 ? right.close() : new Promise(() => {})) };
    }),
    caughtBy: [CLOSED],
  },
};
