import { createServer } from "node:http";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { sqliteInbox } from "@whatsapp-webhooks/sqlite";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken, PORT } = process.env;
const inbox = sqliteInbox({ path: process.env.INBOX_FILE ?? "inbox.db" });
const webhooks = createWebhooks({ appSecret, verifyToken, inbox });
webhooks.on("message.text", (event) => console.log(event.sender?.name, event.data.text.body));

await webhooks.start(); // Once all handlers are registered: what the last run left is handled now.
const server = createServer(whatsappWebhooks(webhooks)).listen(Number(PORT ?? 3000));
process.on("SIGTERM", async () => {
  await webhooks.close(); // First: what still arrives is answered 503, and comes again.
  server.close();
});
