import type { Webhooks } from "@whatsapp-webhooks/core";

/**
 * The handlers. No framework and no inbox in sight: servers, functions and workers import this file as it is. What they print is
 * kept by a platform's log, so it is nobody's words, name or number.
 */
export function addHandlers(webhooks: Webhooks): void {
  webhooks.on("message.text", (event) => {
    console.error(`A text of ${event.data.text.body.length} characters.`);
  });

  webhooks.on("status.failed", (event) => {
    for (const { code, title } of event.data.errors ?? [])
      console.error(`Not delivered: ${code} ${title}`);
  });
}
