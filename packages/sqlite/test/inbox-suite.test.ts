import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Inbox, storeInbox } from "@whatsapp-webhooks/core";
import { type InboxSubject, inboxCases } from "@whatsapp-webhooks/testing";
import { describe, test, vi } from "vitest";
import { SqliteStore } from "../src/sqlite-store.ts";

// Each case starts threads: more of them at a time are not done sooner.
vi.setConfig({ maxConcurrency: 3 });

const subject: InboxSubject = {
  name: "sqliteInbox",
  durable: true,
  lacks: { conversations: "records are handed over whole; the processor keeps the order" },
  async place({ limitBytes } = {}) {
    const folder = mkdtempSync(join(tmpdir(), "inbox-"));
    const stores = new Map<Inbox, SqliteStore>();
    return {
      async open() {
        const store = new SqliteStore({ path: join(folder, "inbox.db"), limitBytes });
        const inbox = storeInbox(store, { pollMs: 50 });
        stores.set(inbox, store);
        return inbox;
      },
      crash: async (inbox) => stores.get(inbox)?.thread.kill(true),
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

describe("sqliteInbox", () => {
  for (const { name, run } of inboxCases(subject, { patienceMs: 60_000 }))
    test.concurrent(name, run, 150_000);
});
