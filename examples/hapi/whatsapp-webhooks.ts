import type { ServerRoute } from "@hapi/hapi";
import {
  assertWebhooks,
  createPathMatcher,
  DEFAULT_PATH,
  type Webhooks,
} from "@whatsapp-webhooks/core";
import { sendResponse, toWebhookRequest } from "@whatsapp-webhooks/core/node";

export interface HapiOptions {
  /** The full path that the platform calls. Default `/webhooks/whatsapp`. `:name` segments go to your secret function. */
  readonly path?: string | undefined;
}

const HINT = "something read the body before the webhook, such as an onRequest extension.";

/** Mounts the callback URL: `server.route(whatsappWebhooks(webhooks))`. */
export function whatsappWebhooks(
  webhooks: Webhooks,
  { path = DEFAULT_PATH }: HapiOptions = {},
): ServerRoute[] {
  assertWebhooks(webhooks);
  createPathMatcher(path); // Throws for what is no path, with the same words as the other adapters.
  const route = path.replace(/\/$/, "").replaceAll(/\/:([^/]+)/g, "/{$1}");
  return ["", "/"].map((end) => ({
    method: "*",
    path: `${route}${end}` || "/",
    options: {
      // Core reads the bytes, within its own limits, and answers whatever is wrong with them.
      payload: {
        parse: false,
        output: "stream",
        maxBytes: Number.MAX_SAFE_INTEGER,
        timeout: false,
        override: "application/octet-stream",
      },
      state: { parse: false, failAction: "ignore" },
    },
    async handler({ raw, params }, h) {
      const found = { params: params as Readonly<Record<string, string>>, hint: HINT };
      // By ourselves: hapi would close the connection when it answers before the body has come.
      sendResponse(raw.res, await webhooks.receive(toWebhookRequest(raw.req, found)));
      return h.abandon;
    },
  }));
}
