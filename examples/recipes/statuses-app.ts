import { createWebhooks } from "@whatsapp-webhooks/core";
import { serve } from "./server.ts";
import { followStatuses } from "./statuses.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
// Your table.
const rows = new Map<string, string>();
followStatuses(webhooks, {
  async update(messageId, next) {
    const status = next(rows.get(messageId));
    rows.set(messageId, status);
    console.log(status);
  },
});
await serve(webhooks);
