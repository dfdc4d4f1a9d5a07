import { rowsOf, type StoreMutants, storeWith } from "./wrong-store.ts";

const PAGES =
  "buried records are listed in pages, in the order of their burial, with what people need";
const REVIVED = "a revived record is as new, behind what waits, and keeps what was completed";
const DISCARDED = "a discarded record is gone for good: its id is not new";
const ONLY = "only what is buried is revived or discarded";

export const burialMutants: StoreMutants = {
  "lists what is buried in the order of arrival": {
    open: storeWith((right) => ({
      async listBuried(page) {
        const letters = await right.listBuried(page);
        return [...letters].sort((a, b) => a.receivedAt - b.receivedAt);
      },
    })),
    caughtBy: [PAGES],
  },
  "lists the first page again and again": {
    open: storeWith((right) => ({ listBuried: ({ limit }) => right.listBuried({ limit }) })),
    caughtBy: [PAGES],
  },
  "lists all on one page": {
    open: storeWith((right) => ({
      listBuried: (page) => right.listBuried({ ...page, limit: 1_000 }),
    })),
    caughtBy: [PAGES],
  },
  "begins a page with the last one of the page before": {
    open: storeWith((right) => ({
      listBuried: ({ after = 0, limit }) => right.listBuried({ after: after - 1, limit }),
    })),
    caughtBy: [PAGES],
  },
  "does not tell why a record was buried": {
    open: storeWith((right) => ({
      async listBuried(page) {
        return (await right.listBuried(page)).map((letter) => ({ ...letter, reason: "" }));
      },
    })),
    caughtBy: [PAGES],
  },
  "does not count the last attempt of what is buried": {
    open: storeWith((right) => ({
      async listBuried(page) {
        const letters = await right.listBuried(page);
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
        async listBuried(page) {
          const letters = await right.listBuried(page);
          const copies = [...revived].map((id) => ({
            id,
            position: 1,
            receivedAt: 0,
            buriedAt: 0,
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
  "revives what is not buried": {
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
  "discards everything that is buried": {
    open: storeWith((right) => ({
      async discard(ids) {
        const letters = await right.listBuried({ limit: 1_000 });
        const known = letters.filter(({ id }) => ids.includes(id));
        if (known.length > 0) await right.discard(letters.map(({ id }) => id));
        return known.length;
      },
    })),
    caughtBy: [DISCARDED],
  },
};
