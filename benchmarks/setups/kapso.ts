// As in the README of @kapso/whatsapp-cloud-api, "Webhooks".
import { createServer, type Server } from "node:http";
import { normalizeWebhook, verifySignature } from "@kapso/whatsapp-cloud-api/server";
import express from "express";
import { PATH, SECRET } from "../target.ts";
import type { Context } from "./setup.ts";

/** Its functions in a route of Express. */
export async function serve({ handle }: Context): Promise<Server> {
  const app = express();
  app.post(PATH, express.raw({ type: "application/json", limit: "4mb" }), (req, res) => {
    const ok = verifySignature({
      appSecret: SECRET,
      rawBody: req.body,
      signatureHeader: req.headers["x-hub-signature-256"] as string,
    });
    if (!ok) return res.status(401).end();
    const events = normalizeWebhook(JSON.parse(req.body.toString("utf8")));
    for (const _message of events.messages) void handle();
    return res.sendStatus(200);
  });
  return createServer(app);
}
