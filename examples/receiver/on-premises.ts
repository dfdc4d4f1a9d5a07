import { createWebhooks } from "@whatsapp-webhooks/core";

const { env } = process;

export const webhooks = createWebhooks({
  appSecret: env.WHATSAPP_APP_SECRET,
  verifyToken: env.WHATSAPP_VERIFY_TOKEN,
  onPremises: {
    // The Authorization header that your proxy or provider puts on every callback, for example "Basic ...".
    authorization: env.WHATSAPP_ONPREM_AUTHORIZATION ?? "",
    // The bodies do not say which business number they are for.
    account: { displayPhoneNumber: "12125550188" },
  },
});

// A voice note of the On-Premises API is an audio message of the Cloud API, here as there.
webhooks.on("message.audio", (event) => console.log(event.source, event.data.audio.voice));
