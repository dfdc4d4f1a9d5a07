// A whole receiver as a process of its own, to be killed: node:http, SQLite, a handler with an effect on disk.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { sqliteInbox } from "../../src/sqlite-inbox.ts";

const [path, effects] = process.argv.slice(2) as [string, string];
const lines = existsSync(effects) ? readFileSync(effects, "utf8").split("\n") : [];
const done = new Set(lines.map((line) => line.split("\t")[1]));

const webhooks = createWebhooks({
  appSecret: "secret",
  verifyToken: "token",
  inbox: sqliteInbox({ path, pollMs: 100 }),
  retry: { minDelayMs: 50, maxDelayMs: 200 },
});
webhooks.on("message.text", async (event) => {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  if (Math.random() < 0.05) throw new Error("now and then a handler fails");
  // The idempotency check that every handler with effects outside can make.
  if (done.has(event.key)) return;
  done.add(event.key);
  appendFileSync(effects, `${event.data.text.body}\t${event.key}\n`);
});
await webhooks.start();
const server = createServer(whatsappWebhooks(webhooks)).listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.once("SIGTERM", async () => {
  await webhooks.close();
  server.close();
  server.closeAllConnections();
});
