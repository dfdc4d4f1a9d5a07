import type { DeadLetters } from "./inbox.ts";
import type { Store } from "./store.ts";

/** What a store has buried, for people. `onReplay` is called when some of it is due again. */
export function deadLettersOf(store: Store, onReplay: () => void): DeadLetters {
  return {
    list: ({ limit = 100, ...page } = {}) => store.listBuried({ ...page, limit }),
    show: (id) => store.get(id),
    replay: async (ids) => {
      const count = await store.revive(ids);
      onReplay();
      return count;
    },
    discard: (ids) => store.discard(ids),
  };
}
