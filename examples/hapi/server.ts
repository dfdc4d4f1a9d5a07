import { server as createServer } from "@hapi/hapi";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "./whatsapp-webhooks.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
webhooks.on("message.text", (event) => console.log(event.sender?.name, event.data.text.body));
const server = createServer({ port: Number(process.env.PORT ?? 3000) });
server.route(whatsappWebhooks(webhooks));
await server.start();
