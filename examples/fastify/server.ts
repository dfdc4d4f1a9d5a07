import { whatsappWebhooks } from "@whatsapp-webhooks/fastify";
import Fastify from "fastify";
import { webhooks } from "../shared/whatsapp.ts";

const app = Fastify();
app.register(whatsappWebhooks(webhooks));
app.get("/", async () => "The rest of your app.");

await webhooks.start();
await app.listen({ port: Number(process.env.PORT ?? 3000) });
process.once("SIGTERM", async () => {
  await webhooks.close();
  await app.close();
});
