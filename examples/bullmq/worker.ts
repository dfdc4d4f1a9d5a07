// A process that only works. Start as many as it takes: they share the conversations, each of which is one's at a time.
import { createServer } from "node:http";
import { bullmqInbox } from "@whatsapp-webhooks/bullmq";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { addHandlers } from "../receiver/handlers.ts";
import { probes } from "./probes.ts";

const {
  WHATSAPP_APP_SECRET: appSecret,
  WHATSAPP_VERIFY_TOKEN: verifyToken,
  HEALTH_PORT: healthPort,
} = process.env;
const url = process.env.REDIS_URL ?? "redis://localhost:6379";

const webhooks = createWebhooks({
  appSecret,
  verifyToken,
  inbox: bullmqInbox({ connection: { url }, role: "work" }),
});

addHandlers(webhooks);

await webhooks.start();
// No notification comes this way: it is there for /health/live and /health/ready, where somebody asks.
const server = createServer(probes(webhooks));
if (healthPort !== undefined) server.listen(Number(healthPort));
console.error(`Worker ${process.pid} works (Ctrl-C ends it)`);
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, async () => {
    await webhooks.close();
    server.close();
  });
