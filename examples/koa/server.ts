import { whatsappWebhooks } from "@whatsapp-webhooks/koa";
import Koa from "koa";
import { probe } from "../receiver/health.ts";
import { port, run } from "../receiver/process.ts";
import { webhooks } from "../receiver/whatsapp.ts";

const app = new Koa();
app.use(whatsappWebhooks(webhooks));
app.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/health/")) return next();
  Object.assign(ctx, await probe(webhooks, ctx.path.slice("/health/".length)));
});
app.use((ctx) => {
  ctx.body = "The rest of your app.";
});

await webhooks.start();
const server = app.listen({ port });
run(server, async () => {
  await webhooks.close(); // First: what still arrives is answered 503, what was taken is handled to the end.
  server.close();
});
