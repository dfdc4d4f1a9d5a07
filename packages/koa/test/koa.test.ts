import Router from "@koa/router";
import { createWebhooks, type Webhooks, type WebhooksOptions } from "@whatsapp-webhooks/core";
import { type NotificationRequest, notification, signed } from "@whatsapp-webhooks/testing";
import type Koa from "koa";
import bodyParser from "koa-bodyparser";
import mount from "koa-mount";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { whatsappWebhooks } from "../src/index.ts";
import { majors } from "./koa-subject.ts";

const SECRET = "the secret of these tests";
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function listen(options: Partial<WebhooksOptions> = {}): { webhooks: Webhooks; texts: string[] } {
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: "t",
    logger: silent,
    ...options,
  });
  const texts: string[] = [];
  webhooks.on("message.text", (event) => texts.push(event.data.text.body));
  return { webhooks, texts };
}

/** Posts a signed text over a real socket; resolves with the status. */
async function post(
  app: Koa,
  path: string,
  { body, headers }: NotificationRequest = signed(notification({ text: "hello" }), SECRET),
): Promise<number> {
  const sending = request(app.callback())
    .post(path)
    .set({ ...headers });
  // supertest would turn bytes of a JSON type into JSON.
  const { status } = await sending.serialize((bytes) => bytes).send(Buffer.from(body));
  return status;
}

describe.each(Object.entries(majors))("%s", (_major, Koa) => {
  test("a route of @koa/router is the path, under its prefix and nested", async () => {
    const { webhooks, texts } = listen();
    const inner = new Router().all("/wa", whatsappWebhooks(webhooks));
    const outer = new Router({ prefix: "/api" }).use("/v1", inner.routes());
    const plain = new Router().post("/posts", whatsappWebhooks(webhooks));
    const app = new Koa();
    app.use(outer.routes()).use(plain.routes());
    for (const path of ["/api/v1/wa", "/api/v1/wa?a=b", "/posts"])
      expect(await post(app, path)).toBe(200);
    for (const path of ["/webhooks/whatsapp", "/wa", "/api/v1", "/"])
      expect(await post(app, path)).toBe(404);
    await webhooks.idle();
    expect(texts).toHaveLength(3);
    expect((await request(app.callback()).put("/posts")).status).toBe(404);
    expect((await request(app.callback()).put("/api/v1/wa")).status).toBe(405);
  });

  test("params of a route reach the secret function", async () => {
    const appSecret = ({ params }: { params: Readonly<Record<string, string>> }) =>
      params.tenant === "north" ? SECRET : undefined;
    const { webhooks } = listen({ appSecret });
    const app = new Koa();
    app.use(new Router().post("/t/:tenant/wa", whatsappWebhooks(webhooks)).routes());
    expect(await post(app, "/t/north/wa")).toBe(200);
    expect(await post(app, "/t/west/wa")).toBe(401);
  });

  test("in a router or a mounted app, the path option is the full path all the same", async () => {
    const { webhooks } = listen();
    const inner = new Koa();
    inner.use(whatsappWebhooks(webhooks, { path: "/api/wa" }));
    const app = new Koa();
    app.use(mount("/api", inner));
    expect(await post(app, "/api/wa")).toBe(200);
    expect(await post(app, "/api")).toBe(404);
  });

  test("mount points within mount points", async () => {
    const { webhooks } = listen();
    const app = new Koa();
    app.use(mount("/api", mount("/wa", whatsappWebhooks(webhooks))));
    expect(await post(app, "/api/wa")).toBe(200);
    expect(await post(app, "/api/wa/")).toBe(200);
    expect(await post(app, "/api")).toBe(404);
    expect(await post(app, "/wa")).toBe(404);
  });

  test("routes and mount points before it that passed on do not make it theirs", async () => {
    const { webhooks } = listen();
    const app = new Koa();
    app.use(mount("/webhooks", (_ctx, next) => next()));
    app.use(new Router().all("/{*all}", (_ctx, next) => next()).routes());
    app.use(whatsappWebhooks(webhooks));
    app.use((ctx) => {
      ctx.status = 201;
    });
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
    for (const path of ["/", "/webhooks", "/orders"]) expect(await post(app, path)).toBe(201);
  });

  test("two webhooks stand side by side", async () => {
    const [one, two] = [listen(), listen()];
    const app = new Koa();
    app.use(whatsappWebhooks(one.webhooks, { path: "/one" }));
    app.use(whatsappWebhooks(two.webhooks, { path: "/two" }));
    expect(await post(app, "/two")).toBe(200);
    await two.webhooks.idle();
    expect([one.texts, two.texts]).toEqual([[], ["hello"]]);
  });

  test("a path without a slash in front is refused where it is written", () => {
    expect(() => whatsappWebhooks(listen().webhooks, { path: "wa" })).toThrow("full path");
  });

  test("middleware around it sees the answer and may add to it, what follows sees nothing", async () => {
    const { webhooks } = listen();
    const app = new Koa();
    const seen: number[] = [];
    app.use(async (ctx, next) => {
      await next();
      seen.push(ctx.status);
      ctx.set("x-app", "here");
    });
    app.use(whatsappWebhooks(webhooks));
    app.use((ctx) => {
      ctx.status = 201;
    });
    const response = await request(app.callback()).put("/webhooks/whatsapp");
    expect(response.status).toBe(405);
    expect(response.headers).toMatchObject({ allow: "GET, POST", "x-app": "here" });
    expect(seen).toEqual([405]);
  });

  test("koa-bodyparser keeps text, which is good enough until it loses bytes: then the log names it", async () => {
    const messages: string[] = [];
    const logger = { ...silent, warn: (_: object, message: string) => messages.push(message) };
    const { webhooks, texts } = listen({ logger });
    const app = new Koa();
    app.use(bodyParser({ enableTypes: ["json", "text"] })).use(whatsappWebhooks(webhooks));
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
    const { body } = signed(notification({ text: "|" }), SECRET);
    const broken = signed(
      body.map((byte) => (byte === 0x7c ? 0xff : byte)),
      SECRET,
    );
    expect(await post(app, "/webhooks/whatsapp", broken)).toBe(401);
    expect(messages).toEqual([expect.stringContaining("as a string changed bytes")]);
    await webhooks.idle();
    expect(texts).toEqual(["hello"]);
  });

  test("a parser that keeps nothing is answered for in the log, with both ways out", async () => {
    const messages: string[] = [];
    const logger = { ...silent, error: (_: object, message: string) => messages.push(message) };
    const { webhooks } = listen({ logger });
    const app = new Koa();
    app.use(async (ctx, next) => {
      for await (const _chunk of ctx.req);
      await next();
    });
    app.use(whatsappWebhooks(webhooks));
    expect(await post(app, "/webhooks/whatsapp")).toBe(500);
    expect(messages).toEqual([expect.stringMatching(/above it, or .*ctx\.request\.rawBody/)]);
  });
});

test("an option that there is not is refused, with the one that may be meant", () => {
  const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });
  const options: object = { paht: "/hook" };
  expect(() => whatsappWebhooks(webhooks, options)).toThrow(
    "whatsappWebhooks: there is no option paht, did you mean path?",
  );
});
