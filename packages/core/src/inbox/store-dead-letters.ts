import type { DeadLetters } from "./inbox.ts";
import type { Store } from "./store.ts";

/** The dead letters of a store, for people. `onReplay` is called when some of it is due again. */
export function deadLettersOf(store: Store, onReplay: () => void): DeadLetters {
  return {
    list: ({ limit = 100, ...page } = {}) => store.listDeadLetters({ ...page, limit }),
    show: (id) => store.get(id),
    replay: async (ids) => {
      const count = await store.revive(ids);
      onReplay();
      return count;
    },
    discard: (ids) => store.discard(ids),
  };
}
