import type { Webhooks } from "@whatsapp-webhooks/core";

/** The handlers. No framework and no inbox in sight: servers, functions and workers import this file as it is. */
export function addHandlers(webhooks: Webhooks): void {
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
}
