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
    // Who is kept there already is not written over.
    if (customer === undefined || rows.has(to)) return;
    // Here, if your table says when it last heard of somebody: without a `customer.userId` and long silent, it stays where it is.
    rows.delete(from);
    rows.set(to, customer);
  },
});
await serve(webhooks);
