// The published BullMQ inbox: it stores in a real Redis, and hands over what it stored. Without a Redis it refuses in time.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { bullmqInbox } from "@whatsapp-webhooks/bullmq";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const record = { id: "1", receivedAt: 1, auth: { kind: "signature" }, body: Buffer.from("{}") };
const context = {
  logger: quiet,
  cut: ({ body }) => [{ conversation: undefined, body }],
  concurrency: 64,
};

const nowhere = bullmqInbox({ connection: { host: "127.0.0.1", port: 1 }, logger: quiet });
await assert.rejects(nowhere.put(record), { code: "inbox_failed" });
await nowhere.close();

if (spawnSync("redis-server", ["--version"]).status === 0) {
  const port = 20_000 + (process.pid % 10_000);
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""];
  const redis = spawn("redis-server", options, { stdio: "ignore" });
  try {
    const inbox = bullmqInbox({ connection: { url: `redis://127.0.0.1:${port}` }, logger: quiet });
    const delivered = new Promise((resolve) => {
      void inbox.consume(async (each) => {
        resolve(each.id);
        return { kind: "done", completed: [] };
      }, context);
    });
    // Until it has started.
    const until = Date.now() + 30_000;
    while (
      await inbox.put(record).then(
        () => false,
        (error) => {
          if (Date.now() > until) throw error;
          return true;
        },
      )
    );
    assert.equal(await delivered, "1");
    await inbox.close();
  } finally {
    redis.kill();
    await once(redis, "exit");
  }
}
