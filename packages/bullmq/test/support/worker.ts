// A process that only works, to be killed. The effect of its handler is a line at the end of a file that all share.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { bullmqInbox } from "../../src/index.ts";

const [url = "", prefix = "", effects = "", takesMs = "5", failing = "0.02", slots = "64"] =
  process.argv.slice(2);
const webhooks = createWebhooks({
  appSecret: "secret",
  verifyToken: "token",
  inbox: bullmqInbox({ connection: { url }, prefix, role: "work" }),
  concurrency: Number(slots),
  retry: { minDelayMs: 50, maxDelayMs: 400 },
  onError() {},
});
webhooks.on("message.text", async (event) => {
  const { body } = event.data.text;
  // Only in the process that hears it first, until another has done it.
  if (body === "blocks" && !existsSync(`${effects}.blocked`)) {
    appendFileSync(`${effects}.blocked`, "");
    while (!existsSync(effects) || !readFileSync(effects, "utf8").includes(`${body} `));
  }
  await sleep(2 * Math.random() * Number(takesMs));
  if (Math.random() < Number(failing)) throw new Error("now and then a handler fails");
  appendFileSync(effects, `${body} ${process.pid} ${Date.now()}\n`);
});
await webhooks.start();
process.stdout.write("works\n");
process.once("SIGTERM", () => void webhooks.close());
