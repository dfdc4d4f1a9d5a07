import { serve } from "@hono/node-server";
import { createWebhooks, DEFAULT_PATH } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import { Hono } from "hono";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
webhooks.on("message.text", (event) => console.log(event.sender?.name, event.data.text.body));
const receive = whatsappWebhooks(webhooks);
const app = new Hono();
app.all(DEFAULT_PATH, (c) => receive(c.req.raw));
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });
