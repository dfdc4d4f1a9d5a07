// A process that only works, to be killed. The effect of its handler is a line at the end of a file that all share.
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { bullmqInbox } from "../../src/index.ts";

const [url = "", prefix = "", effects = "", takesMs = "5", failing = "0.02", slots = "64"] =
  process.argv.slice(2);
const webhooks = createWebhooks({
  appSecret: "secret",
  verifyToken: "token",
  inbox: bullmqInbox({ connection: { url }, prefix, role: "work", concurrency: Number(slots) }),
  retry: { minDelayMs: 50, maxDelayMs: 400 },
  onError() {},
});
webhooks.on("message.text", async (event) => {
  const [, blockedMs] = /^blocks (\d+)/.exec(event.data.text.body) ?? [];
  // Only in the process that hears it first: the others must go on.
  if (blockedMs !== undefined && !existsSync(`${effects}.blocked`)) {
    appendFileSync(`${effects}.blocked`, "");
    const until = performance.now() + Number(blockedMs);
    while (performance.now() < until);
  }
  await sleep(2 * Math.random() * Number(takesMs));
  if (Math.random() < Number(failing)) throw new Error("now and then a handler fails");
  appendFileSync(effects, `${event.data.text.body} ${process.pid}\n`);
});
await webhooks.start();
process.stdout.write("works\n");
process.once("SIGTERM", () => void webhooks.close());
