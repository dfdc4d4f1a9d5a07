import { whatsappWebhooks } from "@whatsapp-webhooks/fastify";
import Fastify from "fastify";
import { probe } from "../receiver/health.ts";
import { port, run } from "../receiver/process.ts";
import { webhooks } from "../receiver/whatsapp.ts";

const app = Fastify();
app.register(whatsappWebhooks(webhooks));
app.get<{ Params: { probe: string } }>("/health/:probe", async (req, reply) => {
  const { status, body } = await probe(webhooks, req.params.probe);
  return reply.code(status).send(body);
});
app.get("/", async () => "The rest of your app.");

await webhooks.start();
await app.listen({ port, host: "0.0.0.0" }); // By itself Fastify listens on localhost alone.
run(app.server, async () => {
  await webhooks.close(); // First: what still arrives is answered 503, what was taken is handled to the end.
  await app.close();
});
