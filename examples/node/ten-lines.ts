import { createServer } from "node:http";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
webhooks.on("message.text", (event) => console.log(event.sender?.name, event.data.text.body));
createServer(whatsappWebhooks(webhooks)).listen(Number(process.env.PORT ?? 3000));
