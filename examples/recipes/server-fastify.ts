import { createServer, type RequestListener, type Server } from "node:http";
import type { Webhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/fastify";
import Fastify from "fastify";

/** What a recipe may want otherwise. */
export interface Serving {
  /** The path that the platform calls. */
  readonly path?: string;
  /** Makes a server of the app: one with TLS, for instance. */
  readonly server?: (listener: RequestListener) => Server;
}

export async function serve(webhooks: Webhooks, { path, server = createServer }: Serving = {}) {
  const app = Fastify({ serverFactory: (listener) => server(listener) });
  app.register(whatsappWebhooks(webhooks, { path }));
  await app.listen({ port: Number(process.env.PORT ?? 3000), host: "0.0.0.0" });
}
