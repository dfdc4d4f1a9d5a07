import type { MemoryFile, MemoryRow } from "../../src/inbox-suite/memory-file.ts";
import type { OpenStore } from "../subjects/memory-subjects.ts";
import { type StoreMutants, storeWith } from "./wrong-store.ts";

const FOUND =
  "records are found by what their bodies contain, all of them, waiting and dead-lettered apart";
const CHANGED =
  "another body takes the place of a record's, waiting or dead-lettered, and counts with its bytes";
const KEEPS =
  "what gets another body keeps all else: its place, its attempts, who it came from, and who holds it";
const MEANWHILE = "what somebody else has changed meanwhile is not changed: both changes stay";
const EMPTY = "an empty body is one: it takes the place of another, and another that of it";
const GONE =
  "a record without a body is gone for good, and what becomes of it afterwards changes nothing";

/** A store that does something to a row whose body it changed. */
const afterReplace = (spoil: (row: MemoryRow, file: MemoryFile) => void): OpenStore =>
  storeWith((right, file) => ({
    async replace(id, body, was) {
      const isThere = await right.replace(id, body, was);
      const row = file.rows.get(id);
      if (row !== undefined) spoil(row, file);
      return isThere;
    },
  }));

export const bodyMutants: StoreMutants = {
  "looks through the first records only": {
    open: storeWith((right) => ({
      async find(search) {
        return { ids: (await right.find(search)).ids };
      },
    })),
    caughtBy: [FOUND],
  },
  "finds dead letters among those that wait": {
    open: storeWith((right) => ({
      async find(search) {
        const other = await right.find({ ...search, deadLetters: !search.deadLetters });
        const found = await right.find(search);
        return { ...found, ids: [...found.ids, ...other.ids] };
      },
    })),
    caughtBy: [FOUND],
  },
  "compares the first text only": {
    open: storeWith((right) => ({
      find: (search) => right.find({ ...search, texts: search.texts.slice(0, 1) }),
    })),
    caughtBy: [FOUND],
  },
  "does not change what is dead-lettered": {
    open: storeWith((right, file) => ({
      async replace(id, body, was) {
        return file.rows.get(id)?.dead === undefined ? right.replace(id, body, was) : true;
      },
    })),
    caughtBy: [CHANGED, GONE],
  },
  "says that it changed what is not there": {
    open: storeWith((right) => ({
      async replace(id, body, was) {
        await right.replace(id, body, was);
        return true;
      },
    })),
    caughtBy: [CHANGED],
  },
  "takes an empty body for none": {
    open: storeWith((right) => ({
      replace: (id, body, was) => right.replace(id, body?.byteLength === 0 ? undefined : body, was),
    })),
    caughtBy: [EMPTY],
  },
  "forgets the attempts of what it changes": {
    open: afterReplace((row) => {
      row.attempts = 0;
    }),
    caughtBy: [KEEPS],
  },
  "forgets what was completed of what it changes": {
    open: afterReplace((row) => {
      row.completed = [];
    }),
    caughtBy: [KEEPS],
  },
  "puts what it changes behind the rest": {
    open: afterReplace((row, file) => {
      // Not of the last one alone: all of them would be in their order again.
      if (row.record.id !== "last") row.position = file.nextPosition++;
    }),
    caughtBy: [KEEPS],
  },
  "lets go of what it changes": {
    open: afterReplace((row) => {
      row.owner = undefined;
    }),
    caughtBy: [KEEPS],
  },
  "forgets who a record came from when it changes it": {
    open: afterReplace((row) => {
      row.record = { ...row.record, auth: { kind: "signature" } };
    }),
    caughtBy: [KEEPS],
  },
  "takes what it changes for just received": {
    open: afterReplace((row) => {
      row.record = { ...row.record, receivedAt: Date.now() };
    }),
    caughtBy: [KEEPS],
  },
  "takes a removed record for one that it never had": {
    open: storeWith((right, file) => ({
      async replace(id, body, was) {
        if (body !== undefined) return right.replace(id, body, was);
        return file.rows.delete(id);
      },
    })),
    caughtBy: [GONE],
  },
  "changes what somebody else has changed meanwhile": {
    open: storeWith((right) => ({
      async replace(id, body) {
        const record = await right.get(id);
        return record !== undefined && right.replace(id, body, record.body);
      },
    })),
    caughtBy: [MEANWHILE],
  },
};
