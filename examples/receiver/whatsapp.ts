import { createWebhooks } from "@whatsapp-webhooks/core";
import { addHandlers } from "./handlers.ts";
import { inboxFrom } from "./inbox.ts";

const {
  WHATSAPP_APP_SECRET: appSecret,
  WHATSAPP_VERIFY_TOKEN: verifyToken,
  WHATSAPP_ONPREM_AUTHORIZATION: authorization,
  WHATSAPP_INBOX: inbox,
} = process.env;

/** What the sample apps mount, whatever their framework. */
export const webhooks = createWebhooks({
  appSecret,
  verifyToken,
  inbox: inboxFrom(inbox),
  ...(authorization && { onPremises: { authorization } }),
});

addHandlers(webhooks);

// For trying out: every event as one line of JSON on stdout, what customers wrote included, without the item as it came.
webhooks.on("*", ({ raw: _raw, ...event }) => {
  console.log(JSON.stringify({ sender: null, ...event }));
});
