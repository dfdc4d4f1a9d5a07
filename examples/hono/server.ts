import { serve } from "@hono/node-server";
import { DEFAULT_PATH } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import { Hono } from "hono";
import { probe } from "../receiver/health.ts";
import { port, run } from "../receiver/process.ts";
import { webhooks } from "../receiver/whatsapp.ts";

const receive = whatsappWebhooks(webhooks);
const app = new Hono();
app.all(DEFAULT_PATH, (c) => receive(c.req.raw)); // On workers: receive(c.req.raw, c.executionCtx)
app.get("/health/:probe", async (c) => {
  const { status, body } = await probe(webhooks, c.req.param("probe"));
  return Response.json(body, { status });
});
app.get("/", (c) => c.text("The rest of your app."));

await webhooks.start();
const server = serve({ fetch: app.fetch, port });
run(server, async () => {
  await webhooks.close(); // First: what still arrives is answered 503, what was taken is handled to the end.
  server.close();
});
