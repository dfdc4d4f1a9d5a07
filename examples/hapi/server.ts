import { server as createServer } from "@hapi/hapi";
import { port, run } from "../receiver/process.ts";
import { webhooks } from "../receiver/whatsapp.ts";
import { whatsappWebhooks } from "./whatsapp-webhooks.ts";

const server = createServer({ port });
server.route(whatsappWebhooks(webhooks));

await webhooks.start();
await server.start();
run(server.listener, async () => {
  await webhooks.close(); // First: what still arrives is answered 503, what was taken is handled to the end.
  await server.stop();
});
