import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { probe } from "../receiver/health.ts";
import { port, run } from "../receiver/process.ts";
import { webhooks } from "../receiver/whatsapp.ts";

const receive = whatsappWebhooks(webhooks);

async function answer({ url = "/" }: IncomingMessage, res: ServerResponse): Promise<void> {
  if (!url.startsWith("/health/")) {
    res.end("The rest of your app.");
    return;
  }
  const { status, body } = await probe(webhooks, url.slice("/health/".length));
  res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

await webhooks.start();
const server = createServer((req, res) => receive(req, res, () => void answer(req, res)));
server.listen({ port });
run(server, async () => {
  await webhooks.close(); // First: what still arrives is answered 503, what was taken is handled to the end.
  server.close();
});
