import { createWebhooks, type Person } from "@whatsapp-webhooks/core";
import { displayName, keepCustomers } from "./customers.ts";
import { serve } from "./server.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
// Your table.
const rows = new Map<string, Person>();
keepCustomers(webhooks, {
  async save(key, customer) {
    rows.set(key, customer);
    console.log(`${displayName(customer)} is one of ${rows.size}.`);
  },
  async move(from, to) {
    const customer = rows.get(from);
    if (customer === undefined) return;
    rows.delete(from);
    rows.set(to, customer);
  },
});
await serve(webhooks);
