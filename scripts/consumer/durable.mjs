// The published SQLite inbox: its thread starts from what the package holds, and a stored notification survives.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteInbox } from "@whatsapp-webhooks/sqlite";

const folder = mkdtempSync(join(tmpdir(), "durable-"));
const path = join(folder, "inbox.db");
const record = { id: "1", receivedAt: 1, auth: { kind: "signature" }, body: Buffer.from("{}") };
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const context = {
  logger: quiet,
  cut: ({ body }) => [{ conversation: undefined, body }],
  concurrency: 64,
};
const first = sqliteInbox({ path });
await first.put(record);
await first.close();
const second = sqliteInbox({ path });
const delivered = await new Promise((resolve) => {
  void second.consume(async (each) => {
    resolve(each.id);
    return { kind: "done", completed: [] };
  }, context);
});
assert.equal(delivered, "1");
await second.idle();
await second.close();
rmSync(folder, { recursive: true });
