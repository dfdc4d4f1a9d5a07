import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/fastify";
import Fastify from "fastify";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
webhooks.on("message.text", (event) => console.log(event.sender?.name, event.data.text.body));
const app = Fastify();
app.register(whatsappWebhooks(webhooks));
await app.listen({ port: 3000 });
