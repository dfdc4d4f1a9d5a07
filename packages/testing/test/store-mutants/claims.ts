import { setImmediate as turn } from "node:timers/promises";
import {
  abandoned,
  beforeClaim,
  claiming,
  rowsOf,
  type StoreMutants,
  storeWith,
} from "./wrong-store.ts";

const LIMITS = "a claim is limited by records and by bytes, but one record always fits";
const HELD = "what a process holds is not claimed again, by itself or by another";
const SAME_TIME = "stores that claim at the same time never get the same record";
const DEAD = "what a dead process held goes to others in time, what a living one holds does not";
const DYING =
  "dying over a record, or while claiming it, neither loses it nor counts an attempt nor dead-letters it";
const JUMPS =
  "a wall clock that jumps takes nothing from a living process, and leaves nothing to a dead one";
const LETS_GO = "close lets go at once of what was held, as it was";
const CLOSED = "every call after close is refused as closing, but another close";

const HOUR_MS = 3_600_000;

/** Leases that a process does not renew: they end when `isOver` says so. */
const leasesThat = (isOver: (heldMs: number) => boolean, time: "wall" | "tick") => {
  const since = new WeakMap<object, number>();
  return storeWith((right, file) => {
    const renew = () => {
      for (const row of rowsOf(file)) {
        if (row.owner === undefined) since.delete(row);
        else if (!since.has(row)) since.set(row, file.clock[time]());
      }
    };
    return {
      async commit(batch) {
        const left = await right.commit(batch);
        renew();
        return left;
      },
      async claim(limits) {
        for (const row of rowsOf(file)) {
          const start = since.get(row);
          if (start !== undefined && isOver(file.clock[time]() - start)) row.owner = undefined;
        }
        const claimed = await right.claim(limits);
        renew();
        return claimed;
      },
    };
  });
};

export const claimMutants: StoreMutants = {
  "claims the newest first": {
    open: claiming((claimed) => [...claimed].reverse()),
    caughtBy: [
      "records keep the order of their appends, held or not, in one commit and over several",
    ],
  },
  "claims more records than asked": {
    open: storeWith((right) => ({ claim: ({ bytes }) => right.claim({ records: 1_000, bytes }) })),
    caughtBy: [LIMITS],
  },
  "claims more bytes than asked": {
    open: storeWith((right) => ({
      claim: ({ records }) => right.claim({ records, bytes: Number.POSITIVE_INFINITY }),
    })),
    caughtBy: [LIMITS],
  },
  "never claims a record that is too large": {
    open: storeWith((right, file) => ({
      claim(limits) {
        const isTooLarge = rowsOf(file).some(
          ({ record, owner }) => owner === undefined && record.body.byteLength > limits.bytes,
        );
        return isTooLarge ? Promise.resolve([]) : right.claim(limits);
      },
    })),
    caughtBy: [LIMITS],
  },
  "claims again what it holds itself": {
    open: beforeClaim((file, right) => {
      for (const row of rowsOf(file)) if (row.owner === right) row.owner = undefined;
    }),
    caughtBy: [HELD, SAME_TIME],
  },
  "claims what others hold": {
    open: beforeClaim((file, right) => {
      for (const row of rowsOf(file)) if (row.owner !== right) row.owner = undefined;
    }),
    caughtBy: [HELD, DEAD],
  },
  "looks first and takes a moment later": {
    open: storeWith((right, file) => ({
      async claim(limits) {
        const claimed = await right.claim(limits);
        const rows = claimed.flatMap(({ record }) => file.rows.get(record.id) ?? []);
        for (const row of rows) row.owner = undefined;
        await turn();
        for (const row of rows) row.owner = right;
        return claimed;
      },
    })),
    caughtBy: [SAME_TIME],
  },
  "takes a record out when it is claimed": {
    open: storeWith((right, file) => ({
      async claim(limits) {
        const claimed = await right.claim(limits);
        for (const { record } of claimed) file.rows.delete(record.id);
        return claimed;
      },
    })),
    caughtBy: [DYING, DEAD],
  },
  "leaves to a dead process what it held": {
    open: storeWith(() => ({ crash() {} })),
    caughtBy: [DEAD, DYING],
  },
  "hands a living process's records to another after a while": {
    open: leasesThat((heldMs) => heldMs > 100, "tick"),
    caughtBy: [DEAD],
  },
  "ends leases by the wall clock": {
    open: leasesThat((heldMs) => heldMs > HOUR_MS, "wall"),
    caughtBy: [JUMPS],
  },
  "ends leases when the wall clock is set back": {
    open: leasesThat((heldMs) => heldMs < -HOUR_MS, "wall"),
    caughtBy: [JUMPS],
  },
  "keeps a dead process's lease while the wall clock says that it is young": {
    open: storeWith((right, file) => {
      let until = Number.POSITIVE_INFINITY;
      return {
        async commit(batch) {
          until = file.clock.wall() + HOUR_MS;
          return right.commit(batch);
        },
        // A clock that was set back makes the lease last for years.
        crash() {
          if (file.clock.wall() > until - 2 * HOUR_MS) right.crash();
        },
      };
    }),
    caughtBy: [JUMPS],
  },
  "counts a crash as an attempt": {
    open: beforeClaim((file) => {
      for (const row of abandoned(file)) row.attempts++;
    }),
    caughtBy: [DEAD, DYING],
  },
  "dead-letters what a process died over": {
    open: beforeClaim((file) => {
      for (const row of abandoned(file)) {
        row.owner = undefined;
        row.dead = { at: file.clock.wall(), reason: "the lease ran out" };
      }
    }),
    caughtBy: [DEAD, DYING],
  },
  "begins anew with what a dead process held": {
    open: beforeClaim((file) => {
      for (const row of abandoned(file)) Object.assign(row, { attempts: 0, completed: [] });
    }),
    caughtBy: [DEAD],
  },
  "takes the death of one process for that of all": {
    open: storeWith((right, file) => ({
      crash() {
        right.crash();
        for (const row of rowsOf(file)) row.owner = undefined;
      },
    })),
    caughtBy: [DEAD],
  },
  "lets go of nothing when it closes": {
    open: storeWith((right, file) => ({
      async close() {
        const held = rowsOf(file).filter(({ owner }) => owner === right);
        await right.close();
        for (const row of held) Object.assign(row, { owner: right });
        file.living.add(right);
      },
    })),
    caughtBy: [LETS_GO],
  },
  "counts a close as an attempt": {
    open: storeWith((right, file) => ({
      async close() {
        for (const row of rowsOf(file)) if (row.owner === right) row.attempts++;
        await right.close();
      },
    })),
    caughtBy: [LETS_GO],
  },
  "goes on after close": {
    open: storeWith((right, file) => ({
      async close() {
        for (const row of rowsOf(file)) if (row.owner === right) row.owner = undefined;
      },
    })),
    caughtBy: [CLOSED],
  },
  "goes on looking through bodies after close": {
    open: storeWith((right) => ({
      find: (search) => right.find(search).catch(() => ({ ids: [] })),
    })),
    caughtBy: [CLOSED],
  },
  "goes on changing bodies after close": {
    open: storeWith((right) => ({
      replace: (id, body, was) => right.replace(id, body, was).catch(() => true),
    })),
    caughtBy: [CLOSED],
  },
  "removes bodies after close": {
    open: storeWith((right) => ({
      replace: (id, body, was) =>
        right
          .replace(id, body, was)
          .catch((error: unknown) => (body === undefined ? true : Promise.reject(error))),
    })),
    caughtBy: [CLOSED],
  },
  "says something else than closing after close": {
    open: storeWith((right) => ({
      seen: (keys) =>
        right.seen(keys).catch(() => Promise.reject(new Error("the file is not open"))),
    })),
    caughtBy: [CLOSED],
  },
  "closes only once": {
    open: storeWith((right) => {
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
  "forgets a record that nobody claimed when it is restarted": {
    open: storeWith((right, file) => ({
      async close() {
        for (const [id, row] of file.rows)
          if (row.owner === undefined && row.dead === undefined) file.rows.delete(id);
        await right.close();
      },
    })),
    caughtBy: ["a restart changes nothing of what is stored and remembered"],
  },
  "forgets attempts when it is restarted": {
    open: storeWith((right, file) => ({
      async close() {
        for (const row of rowsOf(file)) Object.assign(row, { attempts: 0, completed: [] });
        await right.close();
      },
    })),
    caughtBy: ["a restart changes nothing of what is stored and remembered", LETS_GO],
  },
  "loses a settle in a crash": {
    open: (() => {
      const last = new WeakMap<object, () => void>();
      return storeWith((right, file) => ({
        async commit(batch) {
          const rows = batch.settles.flatMap(({ id }) => {
            const row = file.rows.get(id);
            return row === undefined ? [] : [{ ...row }];
          });
          const left = await right.commit(batch);
          last.set(right, () => {
            for (const row of rows) file.rows.set(row.record.id, row);
          });
          return left;
        },
        crash() {
          last.get(right)?.();
          right.crash();
        },
      }));
    })(),
    caughtBy: ["what was answered outlives a crash"],
  },
};
