import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";

const { env } = process;
const webhooks = createWebhooks({
  appSecret: env.WHATSAPP_APP_SECRET,
  verifyToken: env.WHATSAPP_VERIFY_TOKEN,
});
webhooks.on("message.text", (event) => console.log(`${event.data.text.body.length} characters`));

const certificate = {
  key: readFileSync(env.TLS_KEY ?? "key.pem"),
  cert: readFileSync(env.TLS_CERT ?? "cert.pem"), // The whole chain, the server's own first.
};
const server = createServer(certificate, whatsappWebhooks(webhooks));
server.listen(Number(env.PORT ?? 3443), () => console.log("Listening."));
