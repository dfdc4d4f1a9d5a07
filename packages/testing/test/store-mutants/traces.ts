import { claiming, committing, type StoreMutants, storeWith } from "./wrong-store.ts";

const TRACES =
  "each record has its own trace or none, after retries, releases, dead letters and revival, in every process";

export const traceMutants: StoreMutants = {
  "forgets traces": {
    open: claiming((claimed) =>
      claimed.map(({ record: { trace: _, ...record }, ...rest }) => ({ record, ...rest })),
    ),
    caughtBy: [TRACES],
  },
  "gives all records of a commit the first one's trace": {
    open: committing(({ appends, settles }) => ({
      appends: appends.map(({ record, held }) => {
        const trace = appends[0]?.record.trace;
        return { record: trace === undefined ? record : { ...record, trace }, held };
      }),
      settles,
    })),
    caughtBy: [TRACES],
  },
  "loses the trace of what it dead-letters": {
    open: storeWith((right) => ({
      async get(id) {
        const record = await right.get(id);
        if (record === undefined) return undefined;
        const { trace: _, ...rest } = record;
        return rest;
      },
    })),
    caughtBy: [TRACES],
  },
};
