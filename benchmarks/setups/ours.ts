import { createServer, type Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { bullmqInbox } from "@whatsapp-webhooks/bullmq";
import { createWebhooks, type Inbox, memoryInbox, type Webhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks as onFetch } from "@whatsapp-webhooks/core/fetch";
import { whatsappWebhooks as onNode } from "@whatsapp-webhooks/core/node";
import { whatsappWebhooks as onExpress } from "@whatsapp-webhooks/express";
import { whatsappWebhooks as onFastify } from "@whatsapp-webhooks/fastify";
import { whatsappWebhooks as onKoa } from "@whatsapp-webhooks/koa";
import { sqliteInbox } from "@whatsapp-webhooks/sqlite";
import express from "express";
import fastify from "fastify";
import Koa from "koa";
import { SECRET } from "../target.ts";
import type { Context } from "./setup.ts";

function inboxOf({ inbox, place }: Context): Inbox {
  if (inbox === "sqlite") return sqliteInbox({ path: place });
  if (inbox === "redis") return bullmqInbox({ connection: { url: place } });
  return memoryInbox();
}

async function mount({ framework }: Context, webhooks: Webhooks): Promise<Server> {
  switch (framework) {
    case "node:http":
      return createServer(onNode(webhooks));
    case "Express":
      return createServer(express().use(onExpress(webhooks)));
    case "Koa":
      return createServer(new Koa().use(onKoa(webhooks)).callback());
    case "Fastify": {
      const app = fastify();
      await app.register(onFastify(webhooks));
      await app.ready();
      return app.server;
    }
    case "Fetch":
      return createAdaptorServer({ fetch: onFetch(webhooks) }) as Server;
  }
}

/** Everything switched on, all options at their defaults. */
export async function serve(context: Context): Promise<Server> {
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: "token",
    inbox: inboxOf(context),
  });
  webhooks.on("message.text", () => context.handle());
  await webhooks.start();
  return mount(context, webhooks);
}
