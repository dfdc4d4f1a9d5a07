// As in the README of @chat-adapter/whatsapp, with the Fetch handler on Node.js's own server.
import type { Server } from "node:http";
import { createMemoryState } from "@chat-adapter/state-memory";
import { createWhatsAppAdapter } from "@chat-adapter/whatsapp";
import { createAdaptorServer } from "@hono/node-server";
import { type Adapter, Chat } from "chat";
import { SECRET } from "../target.ts";
import type { Context } from "./setup.ts";

/** Its handler of Fetch requests. */
export async function serve({ handle }: Context): Promise<Server> {
  const adapter = createWhatsAppAdapter({
    accessToken: "token",
    appSecret: SECRET,
    phoneNumberId: "109447120836512",
    verifyToken: "token",
  });
  const bot = new Chat({
    userName: "mybot",
    logger: "silent",
    // Their types do not fit each other under `exactOptionalPropertyTypes`.
    adapters: { whatsapp: adapter as Adapter },
    state: createMemoryState(),
  });
  bot.onNewMention(async () => handle());
  return createAdaptorServer({ fetch: (request) => bot.webhooks.whatsapp(request) }) as Server;
}
