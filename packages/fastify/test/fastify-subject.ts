import type { AdapterSubject } from "@whatsapp-webhooks/testing";
import fastify5, {
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
} from "fastify";
import fastify4 from "fastify4";
import { whatsappWebhooks } from "../src/index.ts";

/** The majors under support, the older one at its floor. Their types differ in what these tests do not use. */
export const majors = {
  "Fastify 4.26.0": fastify4 as unknown as CreateFastify,
  "Fastify 5": fastify5 as CreateFastify,
};

export type CreateFastify = (options?: FastifyServerOptions) => FastifyInstance;

export function fastifySubject(fastify: CreateFastify): AdapterSubject {
  return {
    lacks:
      fastify === majors["Fastify 5"]
        ? { "malformed-content-type": "Fastify 5 answers 415 before any plugin sees the request" }
        : {},
    async start({ webhooks, path, mountPoint, before }) {
      const app = fastify();
      // Fastify's own JSON parser stands before every route and is in the webhook's way on none: that is "keeping".
      if (before === "consuming") consumeBodies(app);
      if (before === "passing") app.addHook("onRequest", async () => {});
      app.register(
        whatsappWebhooks(webhooks, { path }),
        mountPoint === undefined ? {} : { prefix: mountPoint },
      );
      app.post("/echo", async ({ body }) => body);
      const url = await app.listen({ port: 0, host: "127.0.0.1" });
      return { url, close: () => app.close() };
    },
  };
}

/** Middleware of the connect kind that reads bodies, as `@fastify/express` with `express.json()` does. */
function consumeBodies(app: FastifyInstance): void {
  const values = new WeakMap<object, unknown>();
  app.addHook("onRequest", async ({ raw }) => {
    if (raw.headers["content-type"] !== "application/json") return;
    const chunks: Buffer[] = [];
    for await (const chunk of raw) chunks.push(chunk as Buffer);
    values.set(raw, JSON.parse(Buffer.concat(chunks).toString()));
  });
  app.addContentTypeParser("application/json", async ({ raw }: FastifyRequest) => values.get(raw));
}
