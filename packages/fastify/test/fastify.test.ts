import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { createWebhooks, type Webhooks, type WebhooksOptions } from "@whatsapp-webhooks/core";
import { notification, signed } from "@whatsapp-webhooks/testing";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import fastifyRawBody from "fastify-raw-body";
import request from "supertest";
import { afterEach, describe, expect, test, vi } from "vitest";
import { whatsappWebhooks } from "../src/index.ts";
import { majors } from "./fastify-subject.ts";

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

const apps: FastifyInstance[] = [];
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

/** Posts a signed text over a real socket; resolves with the status. */
async function post(app: FastifyInstance, path: string, text = "hello"): Promise<number> {
  await app.ready();
  const { body, headers } = signed(notification({ text }), SECRET);
  const response = await request(app.server)
    .post(path)
    .set({ ...headers })
    .serialize((bytes) => bytes as unknown as string)
    .send(Buffer.from(body));
  return response.status;
}

describe.each(Object.entries(majors))("%s", (major, fastify) => {
  const start = (options: FastifyServerOptions = {}): FastifyInstance => {
    const app = fastify(options);
    apps.push(app);
    return app;
  };

  test("the full path is given inside a prefix, however deep", async () => {
    const { webhooks, texts } = listen();
    const app = start();
    app.register(
      (api, _options, done) => {
        api.register(whatsappWebhooks(webhooks, { path: "/api/v1/wa/:tenant" }), { prefix: "/v1" });
        done();
      },
      { prefix: "/api" },
    );
    expect(await post(app, "/api/v1/wa/north")).toBe(200);
    expect(await post(app, "/v1/wa/north")).toBe(404);
    await webhooks.idle();
    expect(texts).toEqual(["hello"]);
  });

  test("a path that is not below the prefix fails the start, and the error says why", async () => {
    const { webhooks } = listen();
    const app = start();
    app.register(whatsappWebhooks(webhooks, { path: "/webhooks/whatsapp" }), { prefix: "/api" });
    await expect(app.ready()).rejects.toThrow(
      'under the prefix "/api" it must begin with it; got "/webhooks/whatsapp"',
    );
  });

  test("a path without a slash in front is refused before anything is registered", () => {
    expect(() => whatsappWebhooks(listen().webhooks, { path: "wa" })).toThrow("full path");
  });

  test.each([
    ["of the path", { path: "/api/wa/" }, { prefix: "/api" }],
    ["of the prefix", { path: "/api/wa" }, { prefix: "/api/" }],
  ])("a trailing slash %s makes no difference", async (_which, options, place) => {
    const app = start();
    app.register(whatsappWebhooks(listen().webhooks, options), place);
    for (const path of ["/api/wa", "/api/wa/", "/api/wa?a=b"])
      expect(await post(app, path)).toBe(200);
    expect(await post(app, "/api/wa//")).toBe(404);
  });

  test("the root can be the path", async () => {
    const app = start();
    app.register(whatsappWebhooks(listen().webhooks, { path: "/" }));
    expect(await post(app, "/")).toBe(200);
    expect(await post(app, "/?a=b")).toBe(200);
    expect(await post(app, "/webhooks/whatsapp")).toBe(404);
  });

  test("ignoreTrailingSlash, ignoreDuplicateSlashes and a prefix go together", async () => {
    const routerOptions = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true };
    const app = start(major === "Fastify 5" ? { routerOptions } : routerOptions);
    app.register(whatsappWebhooks(listen().webhooks));
    app.register(whatsappWebhooks(listen().webhooks), { prefix: "/wa" });
    for (const path of ["/webhooks/whatsapp", "/webhooks/whatsapp/", "/wa", "/wa/"])
      expect(await post(app, path)).toBe(200);
  });

  test("two webhooks stand side by side", async () => {
    const [one, two] = [listen(), listen()];
    const app = start();
    app.register(whatsappWebhooks(one.webhooks, { path: "/one" }));
    app.register(whatsappWebhooks(two.webhooks, { path: "/two" }));
    expect([await post(app, "/one", "1"), await post(app, "/two", "2")]).toEqual([200, 200]);
    await Promise.all([one.webhooks.idle(), two.webhooks.idle()]);
    expect([one.texts, two.texts]).toEqual([["1"], ["2"]]);
  });

  test("the app's own parsers, its body limit and its refusals stay as they are", async () => {
    const app = start({ bodyLimit: 100 });
    app.addContentTypeParser("text/csv", { parseAs: "string" }, (_request, body, done) => {
      done(null, { csv: body });
    });
    app.register(whatsappWebhooks(listen().webhooks));
    app.post("/own", async ({ body }) => body);
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
    const own = (type: string, body: string): request.Test =>
      request(app.server).post("/own").set("content-type", type).send(body);
    expect((await own("application/json", '{"a":1}')).body).toEqual({ a: 1 });
    expect((await own("text/csv", "a,b")).body).toEqual({ csv: "a,b" });
    expect((await own("application/json", "{")).status).toBe(400);
    expect((await own("application/xml", "<a/>")).status).toBe(415);
    expect((await own("application/json", `"${"a".repeat(200)}"`)).status).toBe(413);
  });

  test("hooks of the app see the webhook's answers", async () => {
    const app = start();
    app.addHook("onSend", async (_request, reply) => {
      reply.header("x-app", "here");
    });
    app.register(whatsappWebhooks(listen().webhooks));
    await app.ready();
    const response = await request(app.server).put("/webhooks/whatsapp");
    expect(response.status).toBe(405);
    expect(response.headers).toMatchObject({ allow: "GET, POST", "x-app": "here" });
  });

  test("a preParsing hook that hands on a copy of the body is read instead of the request", async () => {
    const { webhooks, texts } = listen();
    const app = start();
    app.addHook("preParsing", async (_request, _reply, payload) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of payload) chunks.push(chunk as Uint8Array);
      return Readable.from(chunks);
    });
    app.register(whatsappWebhooks(webhooks));
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
    await webhooks.idle();
    expect(texts).toEqual(["hello"]);
  });

  test("a stream of a preParsing hook that fails after the answer, or before it is read, even in another hook, ends no process", async () => {
    const { webhooks } = listen({ appSecret: () => sleep(50, SECRET) });
    const app = start();
    app.addHook("preParsing", async (_request, _reply, payload) => payload.pipe(createGunzip()));
    app.addHook("preHandler", () => sleep(50));
    app.register(whatsappWebhooks(webhooks));
    await app.ready();
    const uncaught = vi.fn();
    process.on("uncaughtException", uncaught);
    const send = (headers: Record<string, string>) =>
      request(app.server).post("/webhooks/whatsapp").set(headers).send("no gzip at all");
    expect((await send({ "content-type": "application/json" })).status).toBe(401);
    const { headers } = signed("no gzip at all", SECRET);
    expect((await send({ ...headers })).status).toBe(400);
    await sleep(50);
    process.off("uncaughtException", uncaught);
    expect(uncaught).not.toHaveBeenCalled();
  });

  test("a hook that keeps request.rawBody is as good", async () => {
    const { webhooks, texts } = listen();
    const app = start();
    app.addHook("onRequest", async (incoming) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of incoming.raw) chunks.push(chunk as Uint8Array);
      Object.assign(incoming, { rawBody: Buffer.concat(chunks) });
    });
    app.register(whatsappWebhooks(webhooks));
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
    await webhooks.idle();
    expect(texts).toEqual(["hello"]);
  });

  test("middleware of the Express kind that keeps req.rawBody on Node's request is as good", async () => {
    const { webhooks, texts } = listen();
    const app = start();
    app.addHook("onRequest", async ({ raw }) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of raw) chunks.push(chunk as Uint8Array);
      const rawBody = Buffer.concat(chunks);
      Object.assign(raw, { rawBody, body: JSON.parse(rawBody.toString()) });
    });
    app.register(whatsappWebhooks(webhooks));
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
    await webhooks.idle();
    expect(texts).toEqual(["hello"]);
  });

  test("a hook that keeps nothing is named in the log", async () => {
    const messages: string[] = [];
    const logger = {
      ...silent,
      error: (_details: object, message: string) => messages.push(message),
    };
    const app = start();
    app.addHook("onRequest", async ({ raw }) => {
      for await (const _chunk of raw);
    });
    app.register(whatsappWebhooks(listen({ logger }).webhooks));
    expect(await post(app, "/webhooks/whatsapp")).toBe(500);
    expect(messages).toEqual([expect.stringContaining("keep request.rawBody")]);
  });

  test("app.inject() works as with any route", async () => {
    const { webhooks, texts } = listen();
    const app = start();
    app.register(whatsappWebhooks(webhooks));
    const { body, headers } = signed(notification({ text: "injected" }), SECRET);
    const url = "/webhooks/whatsapp";
    const response = await app.inject({ method: "POST", url, headers, payload: Buffer.from(body) });
    expect(response.statusCode).toBe(200);
    await webhooks.idle();
    expect(texts).toEqual(["injected"]);
  });
});

test("fastify-raw-body for all routes keeps off the webhook's, even while a secret is looked up", async () => {
  const appSecret = async (): Promise<string> => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return SECRET;
  };
  const { webhooks, texts } = listen({ appSecret });
  const app = majors["Fastify 5"]();
  apps.push(app);
  await app.register(fastifyRawBody);
  app.register(whatsappWebhooks(webhooks));
  app.post("/own", async ({ rawBody }) => rawBody);
  expect(await post(app, "/webhooks/whatsapp")).toBe(200);
  await webhooks.idle();
  expect(texts).toEqual(["hello"]);
  expect((await request(app.server).post("/own").send({ a: 1 })).text).toBe('{"a":1}');
});

test("an option that there is not is refused, with the one that may be meant", () => {
  const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });
  const options: object = { paht: "/hook" };
  expect(() => whatsappWebhooks(webhooks, options)).toThrow(
    "whatsappWebhooks: there is no option paht, did you mean path?",
  );
});
