import { setTimeout as sleep } from "node:timers/promises";
import {
  type ClaimedRecord,
  type Commit,
  type Inbox,
  memoryInbox,
  type Store,
  storeInbox,
} from "@whatsapp-webhooks/core";
import type { MemoryFile } from "../../src/inbox-suite/memory-file.ts";
import {
  type InboxSubject,
  type MemoryClock,
  MemoryStore,
  memoryFile,
  type StoreSubject,
} from "../../src/index.ts";

/** A store whose process can be killed. */
export type MortalStore = Store & { crash(): void };
export type OpenStore = (file: MemoryFile) => MortalStore;

const openRight: OpenStore = (file) => new MemoryStore(file);

/** Stores in memory. Others see at once that one is dead, so the cases about leases need not take seconds. */
export function storeSubject(open: OpenStore = openRight): StoreSubject {
  return {
    name: "MemoryStore",
    leaseMs: 200,
    async place({ limitBytes } = {}) {
      const { clock, moveWallClock, moveTickClock } = movableClock();
      const file = memoryFile({ clock, limitBytes });
      const stores = new Map<Store, MortalStore>();
      return {
        async open() {
          const store = open(file);
          stores.set(store, store);
          return store;
        },
        crash: async (store) => stores.get(store)?.crash(),
        moveWallClock,
        moveTickClock,
        remove: async () => {},
      };
    },
  };
}

function movableClock(): {
  readonly clock: MemoryClock;
  moveWallClock(milliseconds: number): void;
  moveTickClock(milliseconds: number): void;
} {
  let wall = 0;
  let tick = 0;
  return {
    clock: { wall: () => Date.now() + wall, tick: () => performance.now() + tick },
    moveWallClock: (milliseconds) => {
      wall += milliseconds;
    },
    moveTickClock: (milliseconds) => {
      tick += milliseconds;
    },
  };
}

export type Lift = (store: Store) => Inbox;

const liftRight: Lift = (store) => storeInbox(store, { pollMs: 20 });

/** Inboxes made of stores in memory: what is durable can be shown with them. */
export function liftedSubject({
  open = openRight,
  lift = liftRight,
  name = "storeInbox",
}: {
  readonly open?: OpenStore | undefined;
  readonly lift?: Lift;
  readonly name?: string;
} = {}): InboxSubject {
  return {
    name,
    durable: true,
    lacks: { conversations: "records are handed over whole; the processor keeps the order" },
    async place({ limitBytes } = {}) {
      const file = memoryFile({ limitBytes });
      const stores = new Map<Inbox, MortalStore>();
      return {
        async open() {
          const store = open(file);
          const inbox = lift(store);
          stores.set(inbox, store);
          return inbox;
        },
        crash: async (inbox) => stores.get(inbox)?.crash(),
        remove: async () => {},
      };
    },
  };
}

/** Takes its time, as stores on a disk do: what an inbox does meanwhile shows only then. */
class SlowStore extends MemoryStore {
  override async commit(batch: Commit): ReturnType<Store["commit"]> {
    await sleep(3);
    const left = await super.commit(batch);
    await sleep(3);
    return left;
  }

  override async claim(limits: {
    readonly records: number;
    readonly bytes: number;
  }): Promise<readonly ClaimedRecord[]> {
    await sleep(3);
    const claimed = await super.claim(limits);
    await sleep(3);
    return claimed;
  }
}

export const openSlow: OpenStore = (file) => new SlowStore(file);

/** The inbox that needs nothing and keeps nothing. */
export const memoryInboxSubject: InboxSubject = {
  name: "memoryInbox",
  durable: false,
  place: async ({ limitBytes } = {}) => ({
    open: async () => memoryInbox(limitBytes === undefined ? {} : { limitBytes }),
    remove: async () => {},
  }),
};
