// A process that only works. Start as many as it takes: they share the conversations, each of which is one's at a time.
import { bullmqInbox } from "@whatsapp-webhooks/bullmq";
import { createWebhooks } from "@whatsapp-webhooks/core";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const url = process.env.REDIS_URL ?? "redis://localhost:6379";

const webhooks = createWebhooks({
  appSecret,
  verifyToken,
  inbox: bullmqInbox({ connection: { url }, role: "work" }),
});

webhooks.on("message.text", (event) => {
  console.log(`${process.pid}: a text of ${event.data.text.body.length} characters`);
});

await webhooks.start();
console.error(`Worker ${process.pid} works (Ctrl-C ends it)`);
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => void webhooks.close());
