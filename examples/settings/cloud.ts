import { createCloudSubscriptions } from "@whatsapp-webhooks/settings";

const { env } = process;
const baseUrl = env.WHATSAPP_GRAPH_URL; // Left out, it is Meta's.
const appId = env.WHATSAPP_APP_ID ?? "";
const wabaId = env.WHATSAPP_WABA_ID ?? "";

// The app: one callback URL, and which fields. Meta calls the URL at once, so the receiver must be up.
const app = createCloudSubscriptions({
  baseUrl,
  accessToken: `${appId}|${env.WHATSAPP_APP_SECRET}`,
});
await app.apps.subscribe(appId, {
  callback_url: env.WHATSAPP_CALLBACK_URL ?? "",
  verify_token: env.WHATSAPP_VERIFY_TOKEN ?? "",
  fields: ["messages", "account_update"],
  include_values: true,
});

// The account: without this nothing comes.
const business = createCloudSubscriptions({
  baseUrl,
  accessToken: env.WHATSAPP_ACCESS_TOKEN ?? "",
});
await business.accounts.subscribe(wabaId);
for (const { name } of await business.accounts.subscribedApps(wabaId)) console.log(name);
