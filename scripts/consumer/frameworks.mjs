// Every framework's server on a port of its own, in a project that has only the published packages: it answers the
// handshake, takes what is signed and nothing else, and the handler hears of it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks as forNode } from "@whatsapp-webhooks/core/node";
import { whatsappWebhooks as forExpress } from "@whatsapp-webhooks/express";
import { whatsappWebhooks as forFastify } from "@whatsapp-webhooks/fastify";
import { whatsappWebhooks as forKoa } from "@whatsapp-webhooks/koa";
import { loadFixture } from "@whatsapp-webhooks/testing";
import express from "express";
import Fastify from "fastify";
import Koa from "koa";

const HOST = "127.0.0.1";
const logger = { debug() {}, info() {}, warn() {}, error: console.error };

/** Starts a server of each kind as its users do. */
const starts = {
  node: (webhooks) => createServer(forNode(webhooks)).listen(0, HOST),
  express: (webhooks) => express().use(forExpress(webhooks)).listen(0, HOST),
  koa: (webhooks) => new Koa().use(forKoa(webhooks)).listen(0, HOST),
  async fastify(webhooks) {
    const app = Fastify();
    app.register(forFastify(webhooks));
    await app.listen({ port: 0, host: HOST });
    return app.server;
  },
};

for (const [name, start] of Object.entries(starts)) {
  const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token", logger });
  const heard = [];
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  const server = await start(webhooks);
  if (!server.listening) await once(server, "listening");
  const url = `http://${HOST}:${server.address().port}/webhooks/whatsapp`;

  const query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
  const handshake = await fetch(`${url}?${query}token`);
  assert.deepEqual([handshake.status, await handshake.text()], [200, "1158201444"], name);
  assert.equal((await fetch(`${url}?${query}another`)).status, 403, name);

  const { body } = loadFixture("messages/text");
  const bytes = Buffer.from(JSON.stringify(body));
  const post = async (secret) => {
    const hash = createHmac("sha256", secret).update(bytes).digest("hex");
    const headers = { "content-type": "application/json", "x-hub-signature-256": `sha256=${hash}` };
    return (await fetch(url, { method: "POST", headers, body: bytes })).status;
  };
  assert.equal(await post("another secret"), 401, name);
  assert.equal(await post("secret"), 200, name);
  await webhooks.idle();
  assert.deepEqual(heard, [body.entry[0].changes[0].value.messages[0].text.body], name);

  assert.deepEqual(await webhooks.close(), { running: 0, pending: 0 }, name);
  server.closeAllConnections();
  server.close();
}
