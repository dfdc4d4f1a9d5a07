import { storeInbox } from "@whatsapp-webhooks/core";
import { abandoned, beforeClaim, rowsOf, storeWith } from "../store-mutants/wrong-store.ts";
import { liftedSubject } from "../subjects/memory-subjects.ts";
import { type InboxMutants, inboxOn, inboxWith } from "./wrong-inbox.ts";

const AFTER_CRASH = "what was put is delivered after a crash";
const BETWEEN = "a crash between delivery and outcome delivers again, and never dead-letters";
const ONCE = "two processes on one place handle each record once";
const SAME_ID = "the same id put by two processes is one record";
const SERVED = "a process that only receives is served by one that handles";
const GAVE_UP = "what a closing process gave up is taken over at once";
const RESTART = "ids and keys are still known after a restart";

/** A store that forgets something when it is closed. */
const forgetting = (kind: "record" | "event") =>
  storeWith((right, file) => ({
    async close() {
      for (const key of file.seen.keys()) if (key.startsWith(`${kind} `)) file.seen.delete(key);
      await right.close();
    },
  }));

export const crashMutants: InboxMutants = {
  "resolves a put before the record is stored": {
    subject: inboxWith((right) => ({
      async put(record) {
        setTimeout(() => void right.put(record).catch(() => {}), 5);
      },
    })),
    caughtBy: [AFTER_CRASH],
  },
  "writes to the disk a little later": {
    subject: inboxOn(
      storeWith((right, file) => ({
        crash() {
          for (const row of rowsOf(file).slice(-1)) file.rows.delete(row.record.id);
          right.crash();
        },
      })),
    ),
    caughtBy: [AFTER_CRASH, BETWEEN],
  },
  "loses what is under way in a crash": {
    subject: inboxOn(
      storeWith((right, file) => ({
        crash() {
          for (const row of rowsOf(file)) if (row.owner === right) file.rows.delete(row.record.id);
          right.crash();
        },
      })),
    ),
    caughtBy: [BETWEEN],
  },
  "leaves to a dead process what it held": {
    subject: inboxOn(storeWith(() => ({ crash() {} }))),
    caughtBy: [BETWEEN],
  },
  "dead-letters what a process died over": {
    subject: inboxOn(
      beforeClaim((file) => {
        for (const row of abandoned(file)) {
          row.owner = undefined;
          row.dead = { at: file.clock.wall(), reason: "the lease ran out" };
        }
      }),
    ),
    caughtBy: [BETWEEN],
  },
  "counts a crash as an attempt": {
    subject: inboxOn(
      beforeClaim((file) => {
        for (const row of abandoned(file)) row.attempts++;
      }),
    ),
    caughtBy: [BETWEEN],
  },
  "writes an outcome a little later": {
    subject: inboxOn(
      storeWith((right, file) => {
        const handled = new Map(rowsOf(file).map((row) => [row.record.id, row]));
        return {
          async commit(batch) {
            for (const { id } of batch.settles) {
              const row = file.rows.get(id);
              if (row !== undefined) handled.set(id, { ...row });
            }
            return right.commit(batch);
          },
          crash() {
            for (const [id, row] of handled) file.rows.set(id, row);
            right.crash();
          },
        };
      }),
    ),
    caughtBy: [BETWEEN],
  },
  "hands a living process's records to another": {
    subject: inboxOn(
      beforeClaim((file, right) => {
        for (const row of rowsOf(file)) if (row.owner !== right) row.owner = undefined;
      }),
    ),
    caughtBy: [ONCE, GAVE_UP],
  },
  "knows only its own ids": {
    subject: inboxOn(
      storeWith((right) => {
        const process = Math.random();
        return {
          commit: ({ appends, settles }) =>
            right.commit({
              appends: appends.map(({ record, held }) => ({
                record: { ...record, id: `${record.id} of ${process}` },
                held,
              })),
              settles,
            }),
        };
      }),
    ),
    caughtBy: [SAME_ID],
  },
  "sees only what it stored itself": {
    subject: inboxOn(
      storeWith((right, file) => {
        const own = new Set<string>();
        return {
          commit(batch) {
            for (const { record } of batch.appends) own.add(record.id);
            return right.commit(batch);
          },
          async claim(limits) {
            const claimed = await right.claim(limits);
            const others = claimed.filter(({ record }) => !own.has(record.id));
            for (const { record } of others) {
              const row = file.rows.get(record.id);
              if (row !== undefined) row.owner = undefined;
            }
            return claimed.filter((each) => !others.includes(each));
          },
        };
      }),
    ),
    caughtBy: [SERVED, GAVE_UP, AFTER_CRASH],
  },
  "does not look for what others stored": {
    subject: liftedSubject({ lift: (store) => storeInbox(store, { pollMs: 1_000_000 }) }),
    caughtBy: [SERVED, GAVE_UP],
  },
  "lets go of nothing when it closes": {
    subject: inboxOn(storeWith(() => ({ async close() {} }))),
    caughtBy: [GAVE_UP],
  },
  "counts a close as an attempt": {
    subject: inboxOn(
      storeWith((right, file) => ({
        async close() {
          for (const row of rowsOf(file)) if (row.owner === right) row.attempts++;
          await right.close();
        },
      })),
    ),
    caughtBy: [GAVE_UP],
  },
  "forgets ids when it is restarted": {
    subject: inboxOn(forgetting("record")),
    caughtBy: [RESTART],
  },
  "forgets keys when it is restarted": {
    subject: inboxOn(forgetting("event")),
    caughtBy: [RESTART],
  },
};
