// The baselines. Nobody can do with less: the raw body, and the HMAC over it.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { PATH, SECRET } from "../target.ts";
import type { Context } from "./setup.ts";

function statusOf(body: Uint8Array, header: string | null | undefined): 200 | 401 {
  const mac = createHmac("sha256", SECRET).update(body).digest();
  const given = Buffer.from(String(header).slice(7), "hex");
  return given.length === mac.length && timingSafeEqual(given, mac) ? 200 : 401;
}

const HEADER = "x-hub-signature-256";

function read(req: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  req.on("data", (chunk: Buffer) => chunks.push(chunk));
  req.on("end", () => {
    const [first] = chunks;
    done(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
  });
}

/** The framework alone. */
export async function serve({ framework, handle }: Context): Promise<Server> {
  const answerOf = (body: Uint8Array, header: unknown): 200 | 401 => {
    const status = statusOf(body, typeof header === "string" ? header : undefined);
    if (status === 200) void handle();
    return status;
  };
  switch (framework) {
    case "node:http":
      return createServer((req, res) => {
        read(req, (body) => {
          res.statusCode = answerOf(body, req.headers[HEADER]);
          res.end();
        });
      });
    case "Express": {
      const { default: express } = await import("express");
      const app = express();
      app.post(PATH, (req, res) => {
        read(req, (body) => {
          res.statusCode = answerOf(body, req.headers[HEADER]);
          res.end();
        });
      });
      return createServer(app);
    }
    case "Koa": {
      const { default: Koa } = await import("koa");
      const app = new Koa();
      app.use(async (ctx) => {
        const body = await new Promise<Buffer>((resolve) => read(ctx.req, resolve));
        ctx.status = answerOf(body, ctx.req.headers[HEADER]);
        ctx.body = "";
      });
      return createServer(app.callback());
    }
    case "Fastify": {
      const { default: fastify } = await import("fastify");
      const app = fastify({ bodyLimit: 4 * 1024 * 1024 });
      app.removeAllContentTypeParsers();
      app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
        done(null, body);
      });
      app.post(PATH, (request, reply) =>
        reply.code(answerOf(request.body as Buffer, request.headers[HEADER])).send(""),
      );
      await app.ready();
      return app.server;
    }
    case "Fetch": {
      const { createAdaptorServer } = await import("@hono/node-server");
      return createAdaptorServer({
        async fetch(request) {
          const body = new Uint8Array(await request.arrayBuffer());
          return new Response(null, { status: answerOf(body, request.headers.get(HEADER)) });
        },
      }) as Server;
    }
  }
}
