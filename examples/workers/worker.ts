import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import { addHandlers } from "../receiver/handlers.ts";

interface Env {
  readonly WHATSAPP_APP_SECRET: string;
  readonly WHATSAPP_VERIFY_TOKEN: string;
}

export default {
  fetch(request: Request, env: Env, context: unknown): Promise<Response> {
    // For each request: on workers a timer ends with the request that set it.
    const webhooks = createWebhooks({
      appSecret: env.WHATSAPP_APP_SECRET,
      verifyToken: env.WHATSAPP_VERIFY_TOKEN,
    });
    addHandlers(webhooks);
    return whatsappWebhooks(webhooks)(request, context);
  },
};
