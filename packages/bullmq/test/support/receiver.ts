// A process that only receives, to be killed: node:http and nothing else.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { bullmqInbox } from "../../src/index.ts";

const [url = "", prefix = "", port = "0"] = process.argv.slice(2);
const webhooks = createWebhooks({
  appSecret: "secret",
  verifyToken: "token",
  inbox: bullmqInbox({ connection: { url }, prefix, role: "receive" }),
});
const server = createServer(whatsappWebhooks(webhooks)).listen(Number(port), "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.once("SIGTERM", async () => {
  await webhooks.close();
  server.close();
  server.closeAllConnections();
});
