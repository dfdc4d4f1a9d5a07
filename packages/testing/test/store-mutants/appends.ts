import { setImmediate as turn } from "node:timers/promises";
import {
  afterCommit,
  claiming,
  committing,
  rowsOf,
  type StoreMutants,
  storeWith,
} from "./wrong-store.ts";

const EXACT = "a record comes back exactly as it was appended";
const ORDER =
  "records keep the order of their appends, held or not, in one commit and over several";
const THERE =
  "an id that is there is left out and named: waiting, held, to be retried, dead-lettered";
const OLDER =
  "nothing is held from the start while older records wait, and that is said: they are claimed first";
const HANDLED = "an id that was handled is left out and named, in every process";
const TWICE = "an id twice in one commit is one record, and not left out";
const INTERRUPTED =
  "a commit that a crash interrupts is there as a whole or not at all, and once when it is repeated";
const ANSWERED = "what was answered outlives a crash";
const FULL =
  "a commit without room refuses its appends as inbox_full and writes its settles, which make room";

export const appendMutants: StoreMutants = {
  "answers a commit before it is carried out": {
    open: storeWith((right) => ({
      async commit(batch) {
        setTimeout(() => void right.commit(batch).catch(() => {}), 5);
        return { leftOut: [], isBehind: false };
      },
    })),
    caughtBy: [EXACT, ANSWERED],
  },
  "carries out a commit piece by piece": {
    open: storeWith((right) => ({
      async commit({ appends, settles }) {
        const left: string[] = [];
        for (const append of appends) {
          left.push(...(await right.commit({ appends: [append], settles: [] })).leftOut);
          await turn();
        }
        const { isBehind } = await right.commit({ appends: [], settles });
        return { leftOut: left, isBehind };
      },
    })),
    caughtBy: [INTERRUPTED, TWICE],
  },
  "settles before it appends": {
    open: storeWith((right) => ({
      async commit({ appends, settles }) {
        await right.commit({ appends: [], settles });
        return right.commit({ appends, settles: [] });
      },
    })),
    caughtBy: ["the appends of a commit come before its settles"],
  },
  "appends the last one first": {
    open: committing(({ appends, settles }) => ({ appends: [...appends].reverse(), settles })),
    caughtBy: [ORDER],
  },
  "appends what is held behind the rest": {
    open: committing(({ appends, settles }) => ({
      appends: [...appends].sort((a, b) => Number(a.held) - Number(b.held)),
      settles,
    })),
    caughtBy: [ORDER],
  },
  "appends everything unheld": {
    open: committing(({ appends, settles }) => ({
      appends: appends.map(({ record }) => ({ record, held: false })),
      settles,
    })),
    caughtBy: [ORDER, "what a process holds is not claimed again, by itself or by another"],
  },
  "holds what is newer than what waits": {
    open: storeWith((right, file) => ({
      async commit(batch) {
        const waiting = rowsOf(file).filter(({ owner }) => owner === undefined);
        for (const row of waiting) row.owner = right;
        const result = await right.commit(batch);
        for (const row of waiting) row.owner = undefined;
        return result;
      },
    })),
    caughtBy: [OLDER],
  },
  "does not say that it holds nothing": {
    open: storeWith((right) => ({
      commit: async (batch) => ({ ...(await right.commit(batch)), isBehind: false }),
    })),
    caughtBy: [OLDER],
  },
  "takes what is held for what waits": {
    open: storeWith((right, file) => ({
      async commit(batch) {
        const isBehind = rowsOf(file).some(({ dead }) => dead === undefined);
        const appends = batch.appends.map((append) => ({
          ...append,
          held: append.held && !isBehind,
        }));
        const { leftOut } = await right.commit({ ...batch, appends });
        return { leftOut, isBehind };
      },
    })),
    caughtBy: [OLDER],
  },
  "does not name what it leaves out": {
    open: storeWith((right) => ({
      commit: async (batch) => {
        const { isBehind } = await right.commit(batch);
        return { leftOut: [], isBehind };
      },
    })),
    caughtBy: [THERE, HANDLED],
  },
  "names an id twice in one commit as left out": {
    open: storeWith((right) => ({
      async commit(batch) {
        const ids = batch.appends.map(({ record }) => record.id);
        const repeated = ids.filter((id, index) => ids.indexOf(id) !== index);
        const { leftOut, isBehind } = await right.commit(batch);
        return { leftOut: [...leftOut, ...repeated], isBehind };
      },
    })),
    caughtBy: [TWICE],
  },
  "makes a second record of an id that is there": {
    open: storeWith((right, file) => ({
      async commit(batch) {
        const left = await right.commit(batch);
        for (const { record } of batch.appends) {
          const row = file.rows.get(record.id);
          if (!left.leftOut.includes(record.id) || row === undefined) continue;
          const again = { ...row, record, owner: undefined, dead: undefined };
          file.rows.set(`${record.id} again`, again);
        }
        return left;
      },
    })),
    caughtBy: [THERE],
  },
  "takes a later record of the same id for the better one": {
    open: afterCommit((file, { appends }) => {
      for (const { record } of appends) {
        const row = file.rows.get(record.id);
        if (row !== undefined) file.rows.set(record.id, { ...row, record });
      }
    }),
    caughtBy: [THERE],
  },
  "lets go of a record when its id comes again": {
    open: afterCommit((file, { appends }, before) => {
      for (const { record } of appends) {
        const row = file.rows.get(record.id);
        if (row !== undefined && before.has(record.id)) row.owner = undefined;
      }
    }),
    caughtBy: [THERE],
  },
  "forgets the id of a record that is done": {
    open: afterCommit((file, { settles }) => {
      for (const { id } of settles) file.seen.delete(`record ${id}`);
    }),
    caughtBy: [HANDLED, INTERRUPTED],
  },
  "knows what it handled itself, and not what others did": {
    open: storeWith((right, file) => {
      const own = new Set<string>();
      return {
        async commit(batch) {
          for (const { id } of batch.settles) own.add(id);
          const others = [...file.seen].filter(
            ([key]) => key.startsWith("record ") && !own.has(key.slice("record ".length)),
          );
          for (const [key] of others) file.seen.delete(key);
          const left = await right.commit(batch);
          for (const [key, until] of others) file.seen.set(key, until);
          return left;
        },
      };
    }),
    caughtBy: [HANDLED, ANSWERED],
  },
  "writes to the disk a little later": {
    open: storeWith((right, file) => {
      let latest: readonly string[] = [];
      return {
        async commit(batch) {
          const left = await right.commit(batch);
          const ids = batch.appends.map(({ record }) => record.id);
          if (ids.length > 0) latest = ids;
          return left;
        },
        crash() {
          for (const id of latest) file.rows.delete(id);
          right.crash();
        },
      };
    }),
    caughtBy: [
      ANSWERED,
      "what a dead process held goes to others in time, what a living one holds does not",
    ],
  },
  "forgets who a record came from": {
    open: claiming((claimed) =>
      claimed.map(({ record, ...rest }) => ({
        record: { ...record, auth: { kind: record.auth.kind } },
        ...rest,
      })),
    ),
    caughtBy: [EXACT],
  },
  "takes a body for text": {
    open: claiming((claimed) =>
      claimed.map(({ record, ...rest }) => ({
        record: { ...record, body: Buffer.from(Buffer.from(record.body).toString()) },
        ...rest,
      })),
    ),
    caughtBy: [EXACT],
  },
  "shows another body than it delivers": {
    open: storeWith((right) => ({
      async get(id) {
        const record = await right.get(id);
        return record && { ...record, body: record.body.subarray(1) };
      },
    })),
    caughtBy: [EXACT, "dead-letter keeps a record aside, with its bytes"],
  },
  "has room for everything": {
    open: storeWith((right, file) => {
      Object.assign(file, { limitBytes: Number.POSITIVE_INFINITY });
      return { stats: () => right.stats() };
    }),
    caughtBy: [FULL],
  },
  "refuses the settles too when it is full": {
    open: storeWith((right) => ({
      async commit({ appends, settles }) {
        const left = await right.commit({ appends, settles: [] });
        await right.commit({ appends: [], settles });
        return left;
      },
    })),
    caughtBy: [FULL],
  },
  "takes as many as have room and says nothing of the rest": {
    open: storeWith((right) => ({
      commit: (batch) => right.commit(batch).catch(() => ({ leftOut: [], isBehind: false })),
    })),
    caughtBy: [FULL],
  },
};
