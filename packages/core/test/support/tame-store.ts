import type { Commit, Store } from "@whatsapp-webhooks/core";

/** A store that does as it is told, and writes down what it was asked. */
export function tame(overrides: Partial<Store> = {}) {
  const commits: Commit[] = [];
  const store: Store = {
    durable: true,
    commit: async (commit) => {
      commits.push(commit);
      return [];
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
