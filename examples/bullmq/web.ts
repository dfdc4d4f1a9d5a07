// A process that only receives: it verifies, stores and answers. Start as many as you like, behind a load balancer.
import { createServer } from "node:http";
import { bullmqInbox } from "@whatsapp-webhooks/bullmq";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { port, run } from "../receiver/process.ts";
import { probes } from "./probes.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const url = process.env.REDIS_URL ?? "redis://localhost:6379";

const webhooks = createWebhooks({
  appSecret,
  verifyToken,
  inbox: bullmqInbox({ connection: { url }, role: "receive" }),
});

const whatsapp = whatsappWebhooks(webhooks);
const health = probes(webhooks);
const server = createServer((req, res) => whatsapp(req, res, () => health(req, res)));
server.listen({ port });
run(server, async () => {
  await webhooks.close(); // First: what still arrives is answered 503, and /health/ready says so.
  server.close();
});
