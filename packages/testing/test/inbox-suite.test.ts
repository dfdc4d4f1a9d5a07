import { type Inbox, memoryInbox, storeInbox } from "@whatsapp-webhooks/core";
import { describe, test } from "vitest";
import { inboxCases } from "../src/inbox-suite/inbox-cases.ts";
import type { InboxSubject } from "../src/inbox-suite/inbox-subject.ts";
import { MemoryStore, memoryFile } from "../src/inbox-suite/memory-store.ts";

const inMemory: InboxSubject = {
  name: "memoryInbox",
  durable: false,
  place: async () => ({ open: async () => memoryInbox(), remove: async () => {} }),
};

const lifted: InboxSubject = {
  name: "storeInbox",
  durable: true,
  async place() {
    const file = memoryFile();
    const stores = new Map<Inbox, MemoryStore>();
    return {
      async open() {
        const store = new MemoryStore(file);
        const inbox = storeInbox(store, { pollMs: 20 });
        stores.set(inbox, store);
        return inbox;
      },
      crash: async (inbox) => stores.get(inbox)?.crash(),
      remove: async () => {},
    };
  },
};

for (const subject of [inMemory, lifted]) {
  describe(subject.name, () => {
    for (const { name, run } of inboxCases(subject)) test.concurrent(name, run);
  });
}
