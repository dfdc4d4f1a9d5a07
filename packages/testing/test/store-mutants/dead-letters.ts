import { rowsOf, type StoreMutants, storeWith } from "./wrong-store.ts";

const PAGES =
  "dead letters are listed in pages, in the order in which they became so, with what people need";
const REVIVED = "a revived record is as new, behind what waits, and keeps what was completed";
const DISCARDED = "a discarded record is gone for good: its id is not new";
const ONLY = "only what is dead-lettered is revived or discarded";

export const deadLetterMutants: StoreMutants = {
  "lists what is dead-lettered in the order of arrival": {
    open: storeWith((right) => ({
      async listDeadLetters(page) {
        const letters = await right.listDeadLetters(page);
        return [...letters].sort((a, b) => a.receivedAt - b.receivedAt);
      },
    })),
    caughtBy: [PAGES],
  },
  "lists the first page again and again": {
    open: storeWith((right) => ({
      listDeadLetters: ({ limit }) => right.listDeadLetters({ limit }),
    })),
    caughtBy: [PAGES],
  },
  "lists all on one page": {
    open: storeWith((right) => ({
      listDeadLetters: (page) => right.listDeadLetters({ ...page, limit: 1_000 }),
    })),
    caughtBy: [PAGES],
  },
  "begins a page with the last one of the page before": {
    open: storeWith((right) => ({
      listDeadLetters: ({ after = 0, limit }) => right.listDeadLetters({ after: after - 1, limit }),
    })),
    caughtBy: [PAGES],
  },
  "does not tell why a record was dead-lettered": {
    open: storeWith((right) => ({
      async listDeadLetters(page) {
        return (await right.listDeadLetters(page)).map((letter) => ({ ...letter, reason: "" }));
      },
    })),
    caughtBy: [PAGES],
  },
  "does not tell when a record was dead-lettered": {
    open: storeWith((right) => ({
      async listDeadLetters(page) {
        return (await right.listDeadLetters(page)).map((each) => ({ ...each, deadLetteredAt: 0 }));
      },
    })),
    caughtBy: [PAGES],
  },
  "tells in seconds when a record was dead-lettered": {
    open: storeWith((right) => ({
      async listDeadLetters(page) {
        const letters = await right.listDeadLetters(page);
        return letters.map((each) => ({
          ...each,
          deadLetteredAt: Math.floor(each.deadLetteredAt / 1_000),
        }));
      },
    })),
    caughtBy: [PAGES],
  },
  "does not count the last attempt of what is dead-lettered": {
    open: storeWith((right) => ({
      async listDeadLetters(page) {
        const letters = await right.listDeadLetters(page);
        return letters.map((letter) => ({ ...letter, attempts: letter.attempts - 1 }));
      },
    })),
    caughtBy: [PAGES, REVIVED],
  },
  "revives with the old attempts": {
    open: storeWith((right, file) => ({
      async revive(ids) {
        const rows = ids.flatMap((id) => file.rows.get(id) ?? []);
        const attempts = rows.map((row) => row.attempts);
        const count = await right.revive(ids);
        rows.forEach((row, index) => {
          row.attempts = attempts[index] ?? 0;
        });
        return count;
      },
    })),
    caughtBy: [REVIVED],
  },
  "revives without what was completed": {
    open: storeWith((right, file) => ({
      async revive(ids) {
        for (const id of ids) {
          const row = file.rows.get(id);
          if (row !== undefined) row.completed = [];
        }
        return right.revive(ids);
      },
    })),
    caughtBy: [REVIVED],
  },
  "revives in front of what waits": {
    open: storeWith((right, file) => ({
      async revive(ids) {
        const count = await right.revive(ids);
        for (const id of ids) {
          const row = file.rows.get(id);
          if (row !== undefined) row.position = 0;
        }
        return count;
      },
    })),
    caughtBy: [REVIVED],
  },
  "keeps a copy of what it revives": {
    open: storeWith((right) => {
      const revived = new Set<string>();
      return {
        async revive(ids) {
          for (const id of ids) revived.add(id);
          return right.revive(ids);
        },
        async listDeadLetters(page) {
          const letters = await right.listDeadLetters(page);
          const copies = [...revived].map((id) => ({
            id,
            position: 1,
            receivedAt: 0,
            deadLetteredAt: 0,
            attempts: 1,
            reason: "",
            bytes: 0,
          }));
          return [...copies, ...letters];
        },
      };
    }),
    caughtBy: [REVIVED],
  },
  "counts what it was asked to revive": {
    open: storeWith((right) => ({
      async revive(ids) {
        await right.revive(ids);
        return ids.length;
      },
    })),
    caughtBy: [REVIVED, ONLY],
  },
  "revives what is not dead-lettered": {
    open: storeWith((right, file) => ({
      async revive(ids) {
        for (const id of ids) {
          const row = file.rows.get(id);
          if (row !== undefined)
            Object.assign(row, { owner: undefined, dueTick: Number.NEGATIVE_INFINITY });
        }
        return right.revive(ids);
      },
    })),
    caughtBy: [ONLY],
  },
  "discards what waits": {
    open: storeWith((_, file) => ({
      discard: async (ids) => ids.filter((id) => file.rows.delete(id)).length,
    })),
    caughtBy: [ONLY, DISCARDED],
  },
  "takes the id of a discarded record for new": {
    open: storeWith((right, file) => ({
      async discard(ids) {
        const count = await right.discard(ids);
        for (const id of ids) file.seen.delete(`record ${id}`);
        return count;
      },
    })),
    caughtBy: [DISCARDED],
  },
  "shows a discarded record": {
    open: storeWith((right, file) => {
      const discarded = new Map(rowsOf(file).map(({ record }) => [record.id, record]));
      return {
        async discard(ids) {
          for (const { record } of rowsOf(file)) discarded.set(record.id, record);
          return right.discard(ids);
        },
        get: async (id) => (await right.get(id)) ?? discarded.get(id),
      };
    }),
    caughtBy: [DISCARDED],
  },
  "discards everything that is dead-lettered": {
    open: storeWith((right) => ({
      async discard(ids) {
        const letters = await right.listDeadLetters({ limit: 1_000 });
        const known = letters.filter(({ id }) => ids.includes(id));
        if (known.length > 0) await right.discard(letters.map(({ id }) => id));
        return known.length;
      },
    })),
    caughtBy: [DISCARDED],
  },
};
