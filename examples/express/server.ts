import { whatsappWebhooks } from "@whatsapp-webhooks/express";
import express from "express";
import { probe } from "../receiver/health.ts";
import { port, run } from "../receiver/process.ts";
import { webhooks } from "../receiver/whatsapp.ts";

const app = express();
app.use(whatsappWebhooks(webhooks));
app.use(express.json());
app.get("/health/:probe", async (req, res) => {
  const { status, body } = await probe(webhooks, req.params.probe);
  res.status(status).json(body);
});
app.get("/", (_req, res) => {
  res.send("The rest of your app.");
});

await webhooks.start();
const server = app.listen({ port });
run(server, async () => {
  await webhooks.close(); // First: what still arrives is answered 503, what was taken is handled to the end.
  server.close();
});
