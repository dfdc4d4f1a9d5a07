import { whatsappWebhooks } from "@whatsapp-webhooks/express";
import express from "express";
import { webhooks } from "../shared/whatsapp.ts";

const app = express();
app.use(whatsappWebhooks(webhooks));
app.use(express.json());
app.get("/", (_req, res) => {
  res.send("The rest of your app.");
});

await webhooks.start();
const server = app.listen(Number(process.env.PORT ?? 3000));
process.once("SIGTERM", async () => {
  await webhooks.close();
  server.close();
});
