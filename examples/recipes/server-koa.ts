import { createServer, type RequestListener, type Server } from "node:http";
import type { Webhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/koa";
import Koa from "koa";

/** What a recipe may want otherwise. */
export interface Serving {
  /** The path that the platform calls. */
  readonly path?: string;
  /** Makes a server of the app: one with TLS, for instance. */
  readonly server?: (listener: RequestListener) => Server;
}

export async function serve(webhooks: Webhooks, { path, server = createServer }: Serving = {}) {
  const app = new Koa();
  app.use(whatsappWebhooks(webhooks, { path }));
  server(app.callback()).listen(Number(process.env.PORT ?? 3000));
}
