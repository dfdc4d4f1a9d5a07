import type { RequestListener } from "node:http";
import type { Webhooks } from "@whatsapp-webhooks/core";
import { probe } from "../receiver/health.ts";

/** Answers `/health/live` and `/health/ready` with JSON, as the other sample apps do, and everything else 404. */
export function probes(webhooks: Webhooks): RequestListener {
  return async (req, res) => {
    const [, name = ""] = /^\/health\/(\w+)$/.exec(req.url ?? "") ?? [];
    const { status, body } = await probe(webhooks, name);
    res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}
