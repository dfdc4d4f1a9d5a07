import type { StoreStats } from "@whatsapp-webhooks/core";
import { afterCommit, rowsOf, type StoreMutants, storeWith } from "./wrong-store.ts";

const TOLD_APART = "keys of events and ids of records are not taken for each other";
const QUESTIONS = "many questions at once are answered each for itself";
const STATS = "stats are right after every step, for every process";
const RESTART = "a restart changes nothing of what is stored and remembered";
const PRUNE = "prune takes nothing that is still needed";
const REMEMBERED =
  "ids and keys are remembered for their time by the wall clock, and then forgotten";
const TOO_OLD = "dead letters go when they are too old, and only they; their ids are not new";
const DUE = "a retry is due when its ticks have passed, whatever the wall clock does";

const counting = (change: (stats: StoreStats) => StoreStats) =>
  storeWith((right) => ({ stats: async () => change(await right.stats()) }));

export const memoryMutants: StoreMutants = {
  "takes a key for an id": {
    open: afterCommit((file, { settles }) => {
      for (const key of settles.flatMap(({ completed }) => completed))
        file.seen.set(`record ${key}`, Number.POSITIVE_INFINITY);
    }),
    caughtBy: [TOLD_APART],
  },
  "takes an id for a key": {
    open: afterCommit((file, { settles }) => {
      for (const { id } of settles) file.seen.set(`event ${id}`, Number.POSITIVE_INFINITY);
    }),
    caughtBy: [TOLD_APART],
  },
  "answers each of several questions with all that was found": {
    open: storeWith((right) => {
      let asked: string[] = [];
      return {
        async seen(keys) {
          asked.push(...keys);
          const joined = asked;
          await Promise.resolve();
          asked = [];
          return right.seen(joined);
        },
      };
    }),
    caughtBy: [QUESTIONS],
  },
  "says of every key that it was seen": {
    open: storeWith(() => ({ seen: async (keys) => new Set(keys) })),
    caughtBy: [
      TOLD_APART,
      "what was completed is remembered for all processes, whatever becomes of the record",
    ],
  },
  "does not count what is under way": {
    open: storeWith((right, file) => ({
      async stats() {
        const { waiting, ...rest } = await right.stats();
        const held = rowsOf(file).filter(({ owner }) => owner !== undefined);
        return { ...rest, waiting: waiting - held.length };
      },
    })),
    caughtBy: [STATS],
  },
  "does not count what waits for its retry": {
    open: storeWith((right, file) => ({
      async stats() {
        const { waiting, ...rest } = await right.stats();
        const now = file.clock.tick();
        const later = rowsOf(file).filter(({ dueTick }) => dueTick > now);
        return { ...rest, waiting: waiting - later.length };
      },
    })),
    caughtBy: [STATS],
  },
  "counts the bytes of what is dead-lettered": {
    open: counting((stats) => ({
      ...stats,
      waitingBytes: stats.waitingBytes + stats.deadLetters * 100,
    })),
    caughtBy: [STATS],
  },
  "counts what is dead-lettered twice": {
    open: counting((stats) => ({ ...stats, deadLetters: stats.deadLetters * 2 })),
    caughtBy: [STATS, TOO_OLD],
  },
  "tells the youngest that waits instead of the oldest": {
    open: storeWith((right, file) => ({
      async stats() {
        const stats = await right.stats();
        const youngest = rowsOf(file)
          .filter(({ dead }) => dead === undefined)
          .at(-1);
        return youngest === undefined
          ? stats
          : { ...stats, oldestReceivedAt: youngest.record.receivedAt };
      },
    })),
    caughtBy: [STATS],
  },
  "remembers ids only while it runs": {
    open: storeWith((right, file) => ({
      async close() {
        for (const key of file.seen.keys()) if (key.startsWith("record ")) file.seen.delete(key);
        await right.close();
      },
    })),
    caughtBy: [RESTART],
  },
  "remembers keys only while it runs": {
    open: storeWith((right, file) => ({
      async close() {
        for (const key of file.seen.keys()) if (key.startsWith("event ")) file.seen.delete(key);
        await right.close();
      },
    })),
    caughtBy: [RESTART],
  },
  "loses what is dead-lettered when it is restarted": {
    open: storeWith((right, file) => ({
      async close() {
        for (const row of rowsOf(file)) if (row.dead !== undefined) file.rows.delete(row.record.id);
        await right.close();
      },
    })),
    caughtBy: [RESTART],
  },
  "prunes what is dead-lettered, whatever its age": {
    open: storeWith((right) => ({
      async prune() {
        const letters = await right.listDeadLetters({ limit: 1_000 });
        await right.discard(letters.map(({ id }) => id));
      },
    })),
    caughtBy: [PRUNE, TOO_OLD],
  },
  "prunes what is handled, whatever its age": {
    open: storeWith((_, file) => ({ prune: async () => file.seen.clear() })),
    caughtBy: [PRUNE, REMEMBERED],
  },
  "prunes what waits": {
    open: storeWith((right, file) => ({
      async prune() {
        for (const [id, row] of file.rows) if (row.owner === undefined) file.rows.delete(id);
        await right.prune();
      },
    })),
    caughtBy: [PRUNE],
  },
  "never forgets": {
    open: storeWith((right, file) => {
      Object.assign(file, { rememberMs: Number.POSITIVE_INFINITY });
      return { prune: () => right.prune() };
    }),
    caughtBy: [REMEMBERED],
  },
  "never prunes": {
    open: storeWith(() => ({ async prune() {} })),
    caughtBy: [TOO_OLD],
  },
  "forgets before its time": {
    open: storeWith((right, file) => {
      Object.assign(file, { rememberMs: file.rememberMs / 2 });
      return { prune: () => right.prune() };
    }),
    caughtBy: [REMEMBERED],
  },
  "forgets by the clock of ticks": {
    open: storeWith((right, file) => {
      const { clock } = file;
      Object.assign(file, { clock: { tick: clock.tick, wall: clock.tick } });
      return { prune: () => right.prune() };
    }),
    caughtBy: [REMEMBERED, TOO_OLD],
  },
  "waits for retries by the wall clock": {
    open: storeWith((right, file) => {
      const { clock } = file;
      Object.assign(file, { clock: { tick: clock.wall, wall: clock.wall } });
      return { prune: () => right.prune() };
    }),
    caughtBy: [DUE],
  },
  "begins a retry's delay anew when it is opened": {
    open: storeWith((right, file) => {
      const now = file.clock.tick();
      for (const row of rowsOf(file)) if (row.dueTick > now) row.dueTick = now + 3_600_000;
      return { prune: () => right.prune() };
    }),
    caughtBy: [DUE],
  },
  "forgets retries when it is opened": {
    open: storeWith((right, file) => {
      for (const row of rowsOf(file)) row.dueTick = Number.NEGATIVE_INFINITY;
      return { prune: () => right.prune() };
    }),
    caughtBy: [DUE],
  },
  "takes the ids of pruned records for new": {
    open: storeWith((right, file) => ({
      async prune() {
        const before = new Set(file.seen.keys());
        await right.prune();
        for (const key of file.seen.keys()) if (!before.has(key)) file.seen.delete(key);
      },
    })),
    caughtBy: [TOO_OLD],
  },
};
