import { createWebhooks } from "@whatsapp-webhooks/core";
import { openTelemetry } from "@whatsapp-webhooks/core/opentelemetry";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;

/** Spans and metrics go wherever your OpenTelemetry SDK sends them. */
export const webhooks = createWebhooks({ appSecret, verifyToken, telemetry: openTelemetry() });
