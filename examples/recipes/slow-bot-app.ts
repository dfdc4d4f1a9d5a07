import { setTimeout } from "node:timers/promises";
import { sqliteInbox } from "@whatsapp-webhooks/sqlite";
import { serve } from "./server.ts";
import { createBot } from "./slow-bot.ts";

// Your table.
const drafts = new Map<string, string>();
const webhooks = createBot({
  inbox: sqliteInbox({ path: process.env.INBOX_FILE ?? "inbox.db" }),
  think: (text, signal) => setTimeout(2_000, `You said: ${text}`, { signal }),
  send: async (_to, text) => console.log(text),
  drafts: {
    get: async (key) => drafts.get(key),
    set: async (key, text) => void drafts.set(key, text),
  },
});
await webhooks.start(); // What the last run left is thought about first.
await serve(webhooks);
process.on("SIGTERM", async () => {
  await webhooks.close({ timeoutMs: 60_000 }); // What is being thought about may end.
  process.exit();
});
