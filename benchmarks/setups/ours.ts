// Each process loads only what it serves with, as a user's does: what else there is would count as its memory.
import { createServer, type Server } from "node:http";
import { createWebhooks, type Inbox, memoryInbox, type Webhooks } from "@whatsapp-webhooks/core";
import { SECRET } from "../target.ts";
import type { Context } from "./setup.ts";

async function inboxOf({ inbox, place }: Context): Promise<Inbox> {
  if (inbox === "sqlite") {
    const { sqliteInbox } = await import("@whatsapp-webhooks/sqlite");
    return sqliteInbox({ path: place });
  }
  if (inbox === "redis") {
    const { bullmqInbox } = await import("@whatsapp-webhooks/bullmq");
    return bullmqInbox({ connection: { url: place } });
  }
  return memoryInbox();
}

async function mount({ framework }: Context, webhooks: Webhooks): Promise<Server> {
  switch (framework) {
    case "node:http": {
      const { whatsappWebhooks } = await import("@whatsapp-webhooks/core/node");
      return createServer(whatsappWebhooks(webhooks));
    }
    case "Express": {
      const { default: express } = await import("express");
      const { whatsappWebhooks } = await import("@whatsapp-webhooks/express");
      return createServer(express().use(whatsappWebhooks(webhooks)));
    }
    case "Koa": {
      const { default: Koa } = await import("koa");
      const { whatsappWebhooks } = await import("@whatsapp-webhooks/koa");
      return createServer(new Koa().use(whatsappWebhooks(webhooks)).callback());
    }
    case "Fastify": {
      const { default: fastify } = await import("fastify");
      const { whatsappWebhooks } = await import("@whatsapp-webhooks/fastify");
      const app = fastify();
      await app.register(whatsappWebhooks(webhooks));
      await app.ready();
      return app.server;
    }
    case "Fetch": {
      const { createAdaptorServer } = await import("@hono/node-server");
      const { whatsappWebhooks } = await import("@whatsapp-webhooks/core/fetch");
      return createAdaptorServer({ fetch: whatsappWebhooks(webhooks) }) as Server;
    }
  }
}

/** Everything switched on, all options at their defaults. */
export async function serve(context: Context): Promise<Server> {
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: "token",
    inbox: await inboxOf(context),
  });
  webhooks.on("message.text", () => context.handle());
  await webhooks.start();
  return mount(context, webhooks);
}
