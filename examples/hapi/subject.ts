import { server as createServer, type Lifecycle, type Server } from "@hapi/hapi";
import type { AdapterSubject } from "@whatsapp-webhooks/testing";
import { whatsappWebhooks } from "./whatsapp-webhooks.ts";

/** What the suite has to know of hapi. */
export const subject: AdapterSubject = {
  lacks: {
    "mount-point": "hapi's routes have full paths",
    "mount-point-params": "as above",
  },
  async start({ webhooks, path, before }) {
    const server = createServer({ port: 0, host: "127.0.0.1" });
    // hapi's own JSON parser works for one route each and is in the webhook's way on none: that is "keeping".
    const parsed = before === "consuming" ? consumeBodies(server) : undefined;
    if (before === "passing") server.ext("onRequest", (_request, h) => h.continue);
    server.route(whatsappWebhooks(webhooks, { path }));
    server.route({
      method: "POST",
      path: "/echo",
      options: { payload: { parse: parsed === undefined } },
      handler: ({ payload, raw }, h) =>
        h.response(parsed?.get(raw.req) ?? payload).type("application/json"),
    });
    await server.start();
    return {
      url: server.info.uri,
      // Longer than the suite's patience: connections in use are not to be cut.
      close: () => server.stop({ timeout: 60_000 }),
    };
  },
};

/** An extension that reads bodies for the whole app. */
function consumeBodies(server: Server): WeakMap<object, object> {
  const values = new WeakMap<object, object>();
  const read: Lifecycle.Method = async ({ raw: { req } }, h) => {
    if (req.headers["content-type"] !== "application/json") return h.continue;
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    values.set(req, JSON.parse(Buffer.concat(chunks).toString()));
    return h.continue;
  };
  server.ext("onRequest", read);
  return values;
}
