import { whatsappWebhooks } from "@whatsapp-webhooks/koa";
import Koa from "koa";
import { webhooks } from "../shared/whatsapp.ts";

const app = new Koa();
app.use(whatsappWebhooks(webhooks));
app.use((ctx) => {
  ctx.body = "The rest of your app.";
});

await webhooks.start();
const server = app.listen(Number(process.env.PORT ?? 3000));
process.once("SIGTERM", async () => {
  await webhooks.close();
  server.close();
});
