import type { Settle } from "@whatsapp-webhooks/core";
import {
  afterCommit,
  beforeClaim,
  committing,
  rowsOf,
  type StoreMutants,
  settling,
  storeWith,
} from "./wrong-store.ts";

const DONE = "done removes the record";
const COUNTS = "retry counts an attempt and adds to what was completed";
const DELAY = "retry brings a record back after its delay, and not before";
const RELEASE =
  "release puts a record back in its place, counts nothing and adds to what was completed";
const DEAD_LETTER = "dead-letter keeps a record aside, with its bytes";
const REMEMBERED =
  "what was completed is remembered for all processes, whatever becomes of the record";
const NOT_OURS =
  "settling what this process does not hold changes nothing, but what was completed is remembered";
const HOLDS_UP =
  "a record that waits for its retry holds up no other, and comes before younger ones when it is due";

/** The settles of one kind are taken for something else. */
const taking = (kind: Settle["kind"], other: Partial<Settle>) =>
  settling((settle) => (settle.kind === kind ? { ...settle, ...other } : settle));

/** Something happens to the rows of the settles of one kind. */
const spoiling = (kind: Settle["kind"], spoil: (row: ReturnType<typeof rowsOf>[number]) => void) =>
  afterCommit((file, { settles }) => {
    for (const settle of settles) {
      const row = file.rows.get(settle.id);
      if (settle.kind === kind && row !== undefined) spoil(row);
    }
  });

export const settleMutants: StoreMutants = {
  "delivers again what is done": {
    open: taking("done", { kind: "release" }),
    caughtBy: [DONE],
  },
  "keeps what is done for people to look at": {
    open: taking("done", { kind: "dead_letter", reason: "done" }),
    caughtBy: [DONE],
  },
  "drops instead of retrying": {
    open: taking("retry", { kind: "done" }),
    caughtBy: [COUNTS, DELAY],
  },
  "retries at once": {
    open: taking("retry", { delayMs: 0 }),
    caughtBy: [DELAY, HOLDS_UP],
  },
  "does not count a failed attempt": {
    open: spoiling("retry", (row) => {
      row.attempts = 0;
    }),
    caughtBy: [COUNTS],
  },
  "counts a release as an attempt": {
    open: taking("release", { kind: "retry", delayMs: 0 }),
    caughtBy: [RELEASE, "the appends of a commit come before its settles"],
  },
  "puts what is released behind the rest": {
    open: afterCommit((file, { settles }) => {
      for (const { id, kind } of settles) {
        const row = file.rows.get(id);
        if (kind === "release" && row !== undefined) row.position = file.nextPosition++;
      }
    }),
    caughtBy: [RELEASE],
  },
  "keeps only what the last attempt completed": {
    open: afterCommit((file, { settles }) => {
      for (const { id, completed } of settles) {
        const row = file.rows.get(id);
        if (row !== undefined) row.completed = completed;
      }
    }),
    caughtBy: [COUNTS, RELEASE],
  },
  "drops instead of dead-lettering": {
    open: taking("dead_letter", { kind: "done" }),
    caughtBy: [DEAD_LETTER],
  },
  "delivers again what was dead-lettered": {
    open: taking("dead_letter", { kind: "release" }),
    caughtBy: [DEAD_LETTER],
  },
  "keeps no body of what is dead-lettered": {
    open: afterCommit((file) => {
      for (const row of rowsOf(file))
        if (row.dead !== undefined)
          file.rows.set(row.record.id, {
            ...row,
            record: { ...row.record, body: new Uint8Array() },
          });
    }),
    caughtBy: [DEAD_LETTER],
  },
  "forgets what was completed": {
    open: settling((settle) => ({ ...settle, completed: [] })),
    caughtBy: [COUNTS, RELEASE, REMEMBERED],
  },
  "remembers what was completed only when the record is done": {
    open: afterCommit((file, { settles }) => {
      for (const { kind, completed } of settles)
        if (kind !== "done") for (const key of completed) file.seen.delete(`event ${key}`);
    }),
    caughtBy: [REMEMBERED],
  },
  "forgets what a released record completed": {
    open: afterCommit((file, { settles }) => {
      for (const { kind, completed } of settles)
        if (kind === "release") for (const key of completed) file.seen.delete(`event ${key}`);
    }),
    caughtBy: [REMEMBERED],
  },
  "forgets what was completed when the record went to another": {
    open: committing(({ appends, settles }, file) => ({
      appends,
      settles: settles.filter(({ id }) => file.rows.get(id)?.owner !== undefined),
    })),
    caughtBy: [NOT_OURS],
  },
  "settles what others hold": {
    open: storeWith((right, file) => ({
      commit(batch) {
        for (const { id } of batch.settles) {
          const row = file.rows.get(id);
          if (row?.owner !== undefined) row.owner = right;
        }
        return right.commit(batch);
      },
    })),
    caughtBy: [NOT_OURS],
  },
  "settles what nobody holds": {
    open: storeWith((right, file) => ({
      commit(batch) {
        for (const { id } of batch.settles) {
          const row = file.rows.get(id);
          if (row !== undefined) row.owner ??= right;
        }
        return right.commit(batch);
      },
    })),
    caughtBy: [NOT_OURS],
  },
  "lets a retry hold up what is younger": {
    open: beforeClaim((file) => {
      const now = file.clock.tick();
      const rows = rowsOf(file).filter(({ dead }) => dead === undefined);
      const due = Math.max(...rows.map(({ dueTick }) => dueTick));
      if (due > now) for (const row of rows) row.dueTick = due;
    }),
    caughtBy: [HOLDS_UP],
  },
  "puts a retry behind the rest": {
    open: afterCommit((file, { settles }) => {
      for (const { id, kind } of settles) {
        const row = file.rows.get(id);
        if (kind === "retry" && row !== undefined) row.position = file.nextPosition++;
      }
    }),
    caughtBy: [HOLDS_UP],
  },
};
