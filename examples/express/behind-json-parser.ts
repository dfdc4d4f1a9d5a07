import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/express";
import express from "express";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
webhooks.on("message.text", (event) => console.log(event.sender?.name, event.data.text.body));
const app = express();
// A parser that stands above the webhook keeps the bytes for it, and lets more pass than 100 kB:
app.use(
  express.json({
    limit: "4mb",
    verify: (req, _res, rawBody) => void Object.assign(req, { rawBody }),
  }),
);
app.use(whatsappWebhooks(webhooks));
app.listen(Number(process.env.PORT ?? 3000));
