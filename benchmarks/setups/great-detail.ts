// As in the README of @great-detail/whatsapp, "Listen for Webhook Requests with Express", with what it forgets: the type
// of body that the parser is for, and the awaits.
import { createServer, type Server } from "node:http";
import Client from "@great-detail/whatsapp";
import express from "express";
import { PATH, SECRET } from "../target.ts";
import type { Context } from "./setup.ts";

/** Its client in a route of Express. */
export async function serve({ handle }: Context): Promise<Server> {
  const sdk = new Client();
  const app = express();
  app.use(express.raw({ type: "application/json", limit: "4mb" }));
  app.post(PATH, async (req, res) => {
    const event = await sdk.webhook.eventNotification({
      method: req.method,
      query: {},
      body: req.body.toString(),
      headers: req.headers as Record<string, string>,
    });
    try {
      await event.verifySignature(SECRET);
    } catch {
      res.status(401);
      return res.end();
    }
    for (const entry of event.eventNotification.entry)
      for (const change of entry.changes)
        if ("value" in change && "messages" in change.value)
          for (const _message of change.value.messages ?? []) void handle();
    return res.end(event.accept());
  });
  return createServer(app);
}
