import { createWebhooks } from "@whatsapp-webhooks/core";
import { inboxFrom } from "./inbox.ts";

const {
  WHATSAPP_APP_SECRET: appSecret,
  WHATSAPP_VERIFY_TOKEN: verifyToken,
  WHATSAPP_ONPREM_AUTHORIZATION: authorization,
  WHATSAPP_INBOX: inbox,
} = process.env;

/** The handlers. No framework in sight: all sample apps import this file as it is. */
export const webhooks = createWebhooks({
  appSecret,
  verifyToken,
  inbox: inboxFrom(inbox),
  ...(authorization && { onPremises: { authorization } }),
});

webhooks.on("message.text", (event) => {
  console.error(`A text of ${event.data.text.body.length} characters.`);
});

webhooks.on("status.failed", (event) => {
  for (const { code, title } of event.data.errors ?? [])
    console.error(`Not delivered: ${code} ${title}`);
});

// Every event as one line of JSON on stdout, without the item as it came: pipe it wherever you like.
webhooks.on("*", ({ raw: _raw, ...event }) => {
  console.log(JSON.stringify({ sender: null, ...event }));
});
