import { createWebhooks } from "@whatsapp-webhooks/core";
import { download } from "./media.ts";
import { serve } from "./server.ts";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });
const graph = {
  url: `${process.env.WHATSAPP_GRAPH_URL ?? "https://graph.facebook.com"}/v25.0`,
  accessToken: process.env.WHATSAPP_ACCESS_TOKEN ?? "",
};
webhooks.on("message.image", async ({ data }, { signal }) => {
  const bytes = await download(data.image, graph, signal);
  console.log(`A picture of ${bytes.length} bytes.`);
});
await serve(webhooks);
