import { createOnPremisesSettings } from "@whatsapp-webhooks/settings";

const { env } = process;
const settings = createOnPremisesSettings({
  baseUrl: env.WHATSAPP_ONPREM_URL ?? "https://localhost:9090",
  username: env.WHATSAPP_ONPREM_USERNAME ?? "",
  password: env.WHATSAPP_ONPREM_PASSWORD ?? "",
});

const { restartRequired } = await settings.update({
  callback_persist: true,
  webhooks: {
    url: env.WHATSAPP_CALLBACK_URL,
    message: { sent: false, delivered: true, read: false },
  },
});
if (restartRequired.length > 0) console.log("Restart Coreapp for", restartRequired.join(", "));

const { webhooks } = await settings.get();
console.log("Statuses:", webhooks?.message);
