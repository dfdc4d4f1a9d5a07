import { createWebhooks, inlineInbox } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import { addHandlers } from "../receiver/handlers.ts";
import { seenKeys } from "./redis.ts";

const {
  WHATSAPP_APP_SECRET: appSecret,
  WHATSAPP_VERIFY_TOKEN: verifyToken,
  ORDERS_URL: ordersUrl = "http://127.0.0.1:3001/",
} = process.env;

const webhooks = createWebhooks({
  appSecret,
  verifyToken,
  inbox: inlineInbox({ seenKeys }),
  // The platform waits for the answer, and the answer for the handlers.
  handlerTimeoutMs: 5_000,
});

addHandlers(webhooks);

// Beside what every sample app does, what this one is about: a handler that calls a service, which may fail.
webhooks.on("message.text", async (event, { signal }) => {
  const response = await fetch(ordersUrl, {
    method: "POST",
    // Deliveries can overlap: whoever must not do a thing twice looks at the key.
    headers: { "content-type": "application/json", "idempotency-key": event.key },
    body: JSON.stringify({ from: event.sender?.key, text: event.data.text.body }),
    signal,
  });
  if (!response.ok) throw new Error(`The orders service answered ${response.status}.`);
});

export default { fetch: whatsappWebhooks(webhooks) };
