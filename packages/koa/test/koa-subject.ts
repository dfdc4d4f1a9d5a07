import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import type { AdapterSubject } from "@whatsapp-webhooks/testing";
import Koa3, { type Middleware } from "koa";
import bodyParser from "koa-bodyparser";
import mount from "koa-mount";
import Koa2 from "koa2";
import { whatsappWebhooks } from "../src/index.ts";

/** The majors under support, the older one at its floor. Their types differ in what these tests do not use. */
export const majors = { "Koa 2.15.0": Koa2 as unknown as typeof Koa3, "Koa 3": Koa3 };

/** A parser that keeps nothing but the value, as some do; koa-bodyparser keeps `ctx.request.rawBody`. */
const consume: Middleware = async (ctx, next) => {
  if (ctx.is("json")) {
    const chunks: Buffer[] = [];
    for await (const chunk of ctx.req) chunks.push(chunk);
    ctx.request.body = JSON.parse(Buffer.concat(chunks).toString());
  }
  return next();
};

export function koaSubject(Koa: typeof Koa3): AdapterSubject {
  return {
    async start({ webhooks, path, mountPoint, before }) {
      const app = new Koa();
      app.silent = true; // Koa tells stderr of every client that breaks off.
      if (before === "consuming") app.use(consume);
      if (before === "keeping") app.use(bodyParser({ jsonLimit: "4mb" }));
      if (before === "passing")
        app.use(new Router().all("/{*path}", (_ctx, next) => next()).routes());
      const middleware = whatsappWebhooks(webhooks, { path });
      if (mountPoint === undefined) app.use(middleware);
      else if (mountPoint.includes(":")) app.use(new Router().all(mountPoint, middleware).routes());
      else app.use(mount(mountPoint, middleware));
      const router = new Router();
      router.post("/echo", bodyParser(), (ctx) => {
        ctx.body = ctx.request.body;
      });
      app.use(router.routes());
      return serve(app.listen(0, "127.0.0.1"));
    },
  };
}

async function serve(server: Server): ReturnType<AdapterSubject["start"]> {
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}
