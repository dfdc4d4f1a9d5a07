import { readFileSync } from "node:fs";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { serveMeta } from "./mutual-tls.ts";
import { serve } from "./server.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
webhooks.on("message.text", (event) => console.log(event.data.text.body));

const certificates = {
  key: readFileSync(process.env.TLS_KEY ?? "key.pem"),
  cert: readFileSync(process.env.TLS_CERT ?? "cert.pem"),
  ca: readFileSync(process.env.META_CA ?? "meta-outbound-api-ca-2025-12.pem"),
};
await serve(webhooks, { server: (listener) => serveMeta(certificates, listener) });
