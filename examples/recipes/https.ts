import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { serve } from "./server.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
webhooks.on("message.text", (event) => console.log(event.data.text.body));

const certificate = {
  key: readFileSync(process.env.TLS_KEY ?? "key.pem"),
  cert: readFileSync(process.env.TLS_CERT ?? "cert.pem"), // The whole chain, the server's own first.
};
await serve(webhooks, { server: (listener) => createServer(certificate, listener) });
