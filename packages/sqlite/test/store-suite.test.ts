import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@whatsapp-webhooks/core";
import { type StoreSubject, storeCases } from "@whatsapp-webhooks/testing";
import { describe, test, vi } from "vitest";
import { SqliteStore } from "../src/sqlite-store.ts";
import { createSkew } from "./support/files.ts";

// Each case starts threads: more of them at a time are not done sooner.
vi.setConfig({ maxConcurrency: 3 });

const subject: StoreSubject = {
  name: "sqliteStore",
  async place({ limitBytes } = {}) {
    const folder = mkdtempSync(join(tmpdir(), "store-"));
    const skew = createSkew();
    let wall = 0;
    let tick = 0;
    const stores = new Map<Store, SqliteStore>();
    return {
      async open() {
        const store = new SqliteStore({ path: join(folder, "inbox.db"), limitBytes }, skew.buffer);
        stores.set(store, store);
        return store;
      },
      crash: async (store) => stores.get(store)?.thread.kill(true),
      moveWallClock(milliseconds) {
        wall += milliseconds;
        skew.wall(wall);
      },
      moveTickClock(milliseconds) {
        tick += milliseconds;
        skew.tick(tick);
      },
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

describe("sqliteStore", () => {
  for (const { name, run } of storeCases(subject, { patienceMs: 60_000 }))
    test.concurrent(name, run, 150_000);
});
