import { createServer, type RequestListener, type Server } from "node:http";
import type { Webhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/express";
import express from "express";

/** What a recipe may want otherwise. */
export interface Serving {
  /** The path that the platform calls. */
  readonly path?: string;
  /** Makes a server of the app: one with TLS, for instance. */
  readonly server?: (listener: RequestListener) => Server;
}

export async function serve(webhooks: Webhooks, { path, server = createServer }: Serving = {}) {
  const app = express();
  app.use(whatsappWebhooks(webhooks, { path }));
  server(app).listen(Number(process.env.PORT ?? 3000));
}
