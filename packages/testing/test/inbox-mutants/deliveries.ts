import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "@whatsapp-webhooks/core";
import { claiming, settling, storeWith } from "../store-mutants/wrong-store.ts";
import {
  delivering,
  type InboxMutants,
  inboxOn,
  inboxWith,
  outcomes,
  saying,
} from "./wrong-inbox.ts";

const ORDER = "nothing is delivered before consume, then everything, in the order of put";
const EXACT = "a record is delivered exactly as it was put";
const SLOW = "a slow record does not keep others from being delivered";
const ONCE = "what is done is not delivered again, in a while neither";
const RETRY = "a retry comes after its delay, with the next attempt and what was completed";
const RELEASED = "a released record comes again as if it had not been delivered";
const REJECTS = "a delivery that rejects loses nothing";
const THOUSAND = "a thousand records at once are all delivered, once and in order";
const DEAD_LETTERED = "a dead letter is not delivered again, can be looked at, and replayed as new";
const SEVERAL = "several dead letters are replayed at once, each of them, and those not named stay";
const LETTERS = "dead letters are listed in pages, the oldest first, and discarded for good";

export const deliveryMutants: InboxMutants = {
  "delivers the newest first": {
    subject: inboxOn(claiming((claimed) => [...claimed].reverse())),
    caughtBy: [ORDER],
  },
  "lets a later put overtake an earlier one": {
    subject: inboxWith((right) => {
      let puts = 0;
      return {
        async put(record) {
          if (puts++ % 2 === 0) await sleep(2);
          return right.put(record);
        },
      };
    }),
    caughtBy: [THOUSAND],
  },
  "delivers before anybody consumes": {
    subject: inboxWith((right) => {
      const early: Parameters<typeof right.put>[0][] = [];
      return {
        async put(record) {
          early.push(record);
          await right.put(record);
        },
        async consume(deliver, context) {
          const consumer = await right.consume(deliver, context);
          const first = early[0];
          const { signal } = new AbortController();
          const delivery = { attempt: 1, completed: [], signal, seen: () => new Set<string>() };
          if (first !== undefined) await deliver(first, delivery);
          return consumer;
        },
      };
    }),
    caughtBy: [ORDER],
  },
  "delivers each record twice": {
    subject: delivering((deliver) => async (record, delivery) => {
      void deliver(record, delivery);
      return deliver(record, delivery);
    }),
    caughtBy: [ORDER, THOUSAND],
  },
  "delivers one record after the other": {
    subject: delivering((deliver) => {
      let last: Promise<unknown> = Promise.resolve();
      return (record, delivery) => {
        const next = last.then(() => deliver(record, delivery));
        last = next;
        return next;
      };
    }),
    caughtBy: [SLOW],
  },
  "loses what is too much at once": {
    subject: inboxWith((right) => {
      let underWay = 0;
      return {
        async put(record) {
          if (underWay > 500) return;
          underWay++;
          await right.put(record).finally(() => underWay--);
        },
      };
    }),
    caughtBy: [THOUSAND],
  },
  "takes a body for text": {
    subject: delivering(
      (deliver) => (record, delivery) =>
        deliver({ ...record, body: Buffer.from(Buffer.from(record.body).toString()) }, delivery),
    ),
    caughtBy: [EXACT],
  },
  "forgets who a record came from": {
    subject: delivering(
      (deliver) => (record, delivery) =>
        deliver({ ...record, auth: { kind: "signature" } }, delivery),
    ),
    caughtBy: [EXACT],
  },
  "delivers what was done once more, a while later": {
    subject: delivering((deliver) => async (record, delivery) => {
      const outcome = await deliver(record, delivery);
      if (outcome.kind === "done") setTimeout(() => void deliver(record, delivery), 500).unref();
      return outcome;
    }),
    caughtBy: [ONCE],
  },
  "drops instead of retrying": {
    subject: outcomes((outcome) =>
      outcome.kind === "retry" ? { ...outcome, kind: "done" } : outcome,
    ),
    caughtBy: [RETRY],
  },
  "dead-letters instead of retrying": {
    subject: outcomes((outcome) =>
      outcome.kind === "retry" ? { ...outcome, kind: "dead_letter" } : outcome,
    ),
    caughtBy: [RETRY, DEAD_LETTERED],
  },
  "retries at once": {
    subject: outcomes((outcome) =>
      outcome.kind === "retry" ? { ...outcome, delayMs: 0 } : outcome,
    ),
    caughtBy: [RETRY],
  },
  "retries twice": {
    subject: inboxWith((right) => ({
      consume: (deliver, context) =>
        right.consume(async (record, delivery) => {
          const outcome = await deliver(record, delivery);
          if (outcome.kind === "retry")
            setTimeout(() => void deliver(record, delivery), outcome.delayMs + 20);
          return outcome;
        }, context),
    })),
    caughtBy: [RETRY],
  },
  "calls every attempt the first": {
    subject: saying(() => ({ attempt: 1 })),
    caughtBy: [RETRY],
  },
  "forgets what an earlier attempt completed": {
    subject: saying(() => ({ completed: [] })),
    caughtBy: [RETRY, RELEASED],
  },
  "counts a release as an attempt": {
    subject: outcomes((outcome) =>
      outcome.kind === "release"
        ? { kind: "retry", completed: outcome.completed, delayMs: 0, reason: "released" }
        : outcome,
    ),
    caughtBy: [RELEASED],
  },
  "drops what is released": {
    subject: outcomes((outcome) =>
      outcome.kind === "release" ? { ...outcome, kind: "done" } : outcome,
    ),
    caughtBy: [RELEASED],
  },
  "loses a record whose delivery rejects": {
    subject: delivering(
      (deliver) => (record, delivery) =>
        deliver(record, delivery).catch((): Outcome => ({ kind: "done", completed: [] })),
    ),
    caughtBy: [REJECTS],
  },
  "never gets over a delivery that rejects": {
    subject: delivering(
      (deliver) => (record, delivery) =>
        deliver(record, delivery).catch(() => new Promise<never>(() => {})),
    ),
    caughtBy: [REJECTS],
  },
  "drops instead of dead-lettering": {
    subject: outcomes((outcome) =>
      outcome.kind === "dead_letter" ? { ...outcome, kind: "done" } : outcome,
    ),
    caughtBy: [DEAD_LETTERED, LETTERS],
  },
  "delivers again what was dead-lettered": {
    subject: outcomes((outcome) =>
      outcome.kind === "dead_letter" ? { ...outcome, kind: "retry", delayMs: 0 } : outcome,
    ),
    caughtBy: [DEAD_LETTERED],
  },
  "keeps no body of what is dead-lettered": {
    subject: inboxOn(
      storeWith((right) => ({
        async get(id) {
          const record = await right.get(id);
          return record && { ...record, body: new Uint8Array() };
        },
      })),
    ),
    caughtBy: [DEAD_LETTERED],
  },
  "replays the first of several alone": {
    subject: inboxOn(
      storeWith((right) => ({
        async revive(ids) {
          const letters = await right.listDeadLetters({ limit: 1_000 });
          await right.revive(ids.slice(0, 1));
          return letters.filter(({ id }) => ids.includes(id)).length;
        },
      })),
    ),
    caughtBy: [SEVERAL],
  },
  "replays all dead letters": {
    subject: inboxOn(
      storeWith((right) => ({
        async revive(ids) {
          const letters = await right.listDeadLetters({ limit: 1_000 });
          const known = letters.filter(({ id }) => ids.includes(id)).length;
          if (known > 0) await right.revive(letters.map(({ id }) => id));
          return known;
        },
      })),
    ),
    caughtBy: [SEVERAL],
  },
  "replays with the old attempts": {
    subject: inboxOn(
      storeWith((right, file) => ({
        async revive(ids) {
          const count = await right.revive(ids);
          for (const id of ids) {
            const row = file.rows.get(id);
            if (row !== undefined) row.attempts = 2;
          }
          return count;
        },
      })),
    ),
    caughtBy: [DEAD_LETTERED],
  },
  "repeats what was completed when it replays": {
    subject: inboxOn(
      settling((settle) => (settle.kind === "dead_letter" ? { ...settle, completed: [] } : settle)),
    ),
    caughtBy: [DEAD_LETTERED],
  },
  "keeps a dead letter that is replayed": {
    subject: inboxOn(
      storeWith((right) => {
        const letters = new Map<
          string,
          Awaited<ReturnType<typeof right.listDeadLetters>>[number]
        >();
        return {
          async listDeadLetters(page) {
            for (const letter of await right.listDeadLetters(page)) letters.set(letter.id, letter);
            return [...letters.values()].slice(0, page.limit);
          },
        };
      }),
    ),
    caughtBy: [DEAD_LETTERED, LETTERS],
  },
  "lists the first dead letters on every page": {
    subject: inboxOn(
      storeWith((right) => ({ listDeadLetters: ({ limit }) => right.listDeadLetters({ limit }) })),
    ),
    caughtBy: [LETTERS],
  },
  "lists all dead letters on one page": {
    subject: inboxOn(
      storeWith((right) => ({
        listDeadLetters: (page) => right.listDeadLetters({ ...page, limit: 1_000 }),
      })),
    ),
    caughtBy: [LETTERS],
  },
  "takes a discarded record for new when it comes again": {
    subject: inboxOn(
      storeWith((right, file) => ({
        async discard(ids) {
          const count = await right.discard(ids);
          for (const id of ids) file.seen.delete(`record ${id}`);
          return count;
        },
      })),
    ),
    caughtBy: [LETTERS],
  },
};
