import { createServer } from "node:http";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { onlyMeta } from "./behind-load-balancer.ts";
import { serve } from "./server.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
webhooks.on("message.text", (event) => console.log(event.data.text.body));
await serve(webhooks, { server: (listener) => createServer(onlyMeta(listener)) });
