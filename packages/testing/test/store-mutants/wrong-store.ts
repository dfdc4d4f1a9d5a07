import type { ClaimedRecord, Commit, Settle } from "@whatsapp-webhooks/core";
import type { MemoryFile, MemoryRow } from "../../src/inbox-suite/memory-file.ts";
import { MemoryStore } from "../../src/index.ts";
import type { MortalStore, OpenStore } from "../subjects/memory-subjects.ts";

/** Deliberately wrong stores, by what each does wrong; with the cases that are there to catch it. */
export type StoreMutants = Readonly<
  Record<string, { readonly open: OpenStore; readonly caughtBy: readonly string[] }>
>;

type Wrong = (right: MemoryStore, file: MemoryFile) => Partial<MortalStore>;

/** A right store, but for the parts given. With none it passes every case. */
export function storeWith(wrong: Wrong): OpenStore {
  return (file) => {
    const right = new MemoryStore(file);
    const parts = wrong(right, file);
    return new Proxy<MortalStore>(right, {
      get(_, name) {
        const part: unknown = Reflect.get(name in parts ? parts : right, name);
        return typeof part === "function" ? part.bind(right) : part;
      },
    });
  };
}

/** A store that writes something else than it is told. */
export function committing(change: (batch: Commit, file: MemoryFile) => Commit): OpenStore {
  return storeWith((right, file) => ({ commit: (batch) => right.commit(change(batch, file)) }));
}

/** A store that takes each settle for another one. */
export function settling(change: (settle: Settle) => Settle): OpenStore {
  return committing(({ appends, settles }) => ({ appends, settles: settles.map(change) }));
}

/** A store that does something to the rows after each commit. */
export function afterCommit(
  spoil: (file: MemoryFile, batch: Commit, before: ReadonlyMap<string, MemoryRow>) => void,
): OpenStore {
  return storeWith((right, file) => ({
    async commit(batch) {
      const before = new Map([...file.rows].map(([id, row]) => [id, { ...row }]));
      const left = await right.commit(batch);
      spoil(file, batch, before);
      return left;
    },
  }));
}

/** A store that does something to the rows before each claim. */
export function beforeClaim(spoil: (file: MemoryFile, right: MemoryStore) => void): OpenStore {
  return storeWith((right, file) => ({
    claim(limits) {
      spoil(file, right);
      return right.claim(limits);
    },
  }));
}

/** A store that hands out something else than it took. */
export function claiming(
  change: (claimed: readonly ClaimedRecord[]) => readonly ClaimedRecord[],
): OpenStore {
  return storeWith((right) => ({ claim: async (limits) => change(await right.claim(limits)) }));
}

export function rowsOf(file: MemoryFile): MemoryRow[] {
  return [...file.rows.values()].sort((a, b) => a.position - b.position);
}

/** Rows that a dead process held. */
export function abandoned(file: MemoryFile): MemoryRow[] {
  return rowsOf(file).filter(({ owner }) => owner !== undefined && !file.living.has(owner));
}
