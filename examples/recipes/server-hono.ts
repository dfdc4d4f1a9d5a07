import { createServer, type RequestListener, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { DEFAULT_PATH, type Webhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import { Hono } from "hono";

/** What a recipe may want otherwise. */
export interface Serving {
  /** The path that the platform calls. */
  readonly path?: string;
  /** Makes a server of the app: one with TLS, for instance. */
  readonly server?: (listener: RequestListener) => Server;
}

export async function serve(
  webhooks: Webhooks,
  { path = DEFAULT_PATH, server = createServer }: Serving = {},
) {
  const receive = whatsappWebhooks(webhooks, { path });
  const app = new Hono();
  app.all(path, (c) => receive(c.req.raw));
  server(getRequestListener(app.fetch)).listen(Number(process.env.PORT ?? 3000));
}
