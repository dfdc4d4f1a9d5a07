import { type StoreMutants, storeWith } from "./wrong-store.ts";

const FOUND =
  "records are found by what their bodies contain, all of them, waiting and dead-lettered apart";
const CHANGED = "another body takes the place of a record's, in its order and with its attempts";
const MEANWHILE = "what somebody else has changed meanwhile is not changed: both changes stay";
const GONE =
  "a record without a body is gone for good, and what becomes of it afterwards changes nothing";

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
