import type { Commit, Store } from "@whatsapp-webhooks/core";

interface Overrides extends Partial<Omit<Store, "commit">> {
  /** Resolves to the ids left out. */
  readonly commit?: (commit: Commit) => Promise<readonly string[]>;
}

/** A store that does as it is told, and writes down what it was asked. */
export function tame({ commit: write, ...overrides }: Overrides = {}) {
  const commits: Commit[] = [];
  const store: Store = {
    durable: true,
    commit: async (commit) => {
      commits.push(commit);
      return { leftOut: (await write?.(commit)) ?? [], isBehind: false };
    },
    claim: async () => [],
    seen: async () => new Set(),
    stats: async () => ({
      waiting: 0,
      waitingBytes: 0,
      deadLetters: 0,
      deadLetterBytes: 0,
      deadLetterLimitBytes: 1_000,
      deadLettersDropped: 0,
    }),
    listDeadLetters: async () => [],
    get: async () => undefined,
    revive: async () => 0,
    discard: async () => 0,
    find: async () => ({ ids: [] }),
    replace: async () => false,
    prune: async () => {},
    close: async () => {},
    ...overrides,
  };
  return { store, commits };
}
