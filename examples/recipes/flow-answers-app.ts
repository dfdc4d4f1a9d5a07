import { createWebhooks } from "@whatsapp-webhooks/core";
import { collectFeedback } from "./flow-answers.ts";
import { serve } from "./server.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
collectFeedback(
  webhooks,
  async (_key, { rating }) => console.log(`${rating} of 5`),
  (problem) => console.error(problem),
);
await serve(webhooks);
