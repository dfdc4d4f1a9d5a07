import { createWebhooks } from "@whatsapp-webhooks/core";
import { serve } from "./server.ts";
import { openDesks } from "./several-numbers.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
openDesks(
  webhooks,
  [
    {
      phoneNumberId: "109447120836512",
      answer: async ({ data }) => console.log(`To sales: ${data.text.body}`),
    },
  ],
  async ({ data }) => console.log(`To nobody's desk: ${data.text.body}`),
);
await serve(webhooks);
