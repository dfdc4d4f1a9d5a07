// A signed notification reaches a typed handler, in a project that has only the published packages.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/express";
import { loadFixture } from "@whatsapp-webhooks/testing";
import express from "express";

const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });
const heard = new Promise((resolve) => webhooks.on("message.text", resolve));
const app = express();
app.use(whatsappWebhooks(webhooks));
const server = createServer(app).listen(0, "127.0.0.1", async () => {
  const { body } = loadFixture("messages/text");
  const bytes = Buffer.from(JSON.stringify(body));
  const response = await fetch(`http://127.0.0.1:${server.address().port}/webhooks/whatsapp`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-hub-signature-256": `sha256=${createHmac("sha256", "secret").update(bytes).digest("hex")}`,
    },
    body: bytes,
  });
  assert.equal(response.status, 200);
  assert.equal(typeof (await heard).data.text.body, "string");
  assert.deepEqual(await webhooks.close(), { running: 0, pending: 0 });
  server.close();
  server.closeAllConnections();
});
