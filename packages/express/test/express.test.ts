import { createWebhooks, type Webhooks, type WebhooksOptions } from "@whatsapp-webhooks/core";
import { type NotificationRequest, notification, signed } from "@whatsapp-webhooks/testing";
import type { ErrorRequestHandler, Express } from "express";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { whatsappWebhooks } from "../src/index.ts";
import { majors } from "./express-subject.ts";

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
  app: Express,
  path: string,
  { body, headers }: NotificationRequest = signed(notification({ text: "hello" }), SECRET),
): Promise<number> {
  const sending = request(app)
    .post(path)
    .set({ ...headers });
  // supertest would turn bytes of a JSON type into JSON.
  const { status } = await sending.serialize((bytes) => bytes).send(Buffer.from(body));
  return status;
}

describe.each(Object.entries(majors))("%s", (_major, express) => {
  test("a route is the path: app.post, app.all, a router's", async () => {
    const { webhooks, texts } = listen();
    const app = express();
    const router = express.Router();
    router.post("/wa", whatsappWebhooks(webhooks));
    app.use("/api", router);
    app.post("/posts", whatsappWebhooks(webhooks));
    app.all("/all", whatsappWebhooks(webhooks));
    const paths = ["/api/wa", "/posts", "/all", "/all/?a=b"];
    for (const path of paths) expect(await post(app, path)).toBe(200);
    for (const path of ["/webhooks/whatsapp", "/api", "/api/wa/more", "/"])
      expect(await post(app, path)).toBe(404);
    await webhooks.idle();
    expect(texts).toHaveLength(paths.length);
    expect((await request(app).put("/all")).status).toBe(405);
    expect((await request(app).put("/posts")).status).toBe(404);
  });

  test("a router without routes of its own is a mount point too", async () => {
    const { webhooks } = listen();
    const app = express();
    app.use("/api/wa", express.Router().use(whatsappWebhooks(webhooks)));
    expect(await post(app, "/api/wa")).toBe(200);
    expect(await post(app, "/api/wa/more")).toBe(404);
  });

  test("with a path, a mount point above it changes nothing: the path is the full one", async () => {
    const { webhooks } = listen();
    const app = express();
    app.use("/api", whatsappWebhooks(webhooks, { path: "/api/wa" }));
    expect(await post(app, "/api/wa")).toBe(200);
    expect(await post(app, "/api")).toBe(404);
    expect(await post(app, "/api/api/wa")).toBe(404);
  });

  test("params of a route reach the secret function", async () => {
    const appSecret = ({ params }: { params: Readonly<Record<string, string>> }) =>
      params.tenant === "north" ? SECRET : undefined;
    const { webhooks } = listen({ appSecret });
    const app = express();
    app.post("/t/:tenant/wa", whatsappWebhooks(webhooks));
    expect(await post(app, "/t/north/wa")).toBe(200);
    expect(await post(app, "/t/west/wa")).toBe(401);
  });

  test("routes before it that matched and passed on do not make it theirs", async () => {
    const { webhooks } = listen();
    const app = express();
    app.all(/.*/, (_req, _res, next) => next());
    app.use("/api", (_req, _res, next) => next());
    app.use(whatsappWebhooks(webhooks));
    app.post("/api/orders", (_req, res) => {
      res.sendStatus(201);
    });
    expect(await post(app, "/api/orders")).toBe(201);
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
  });

  test("two webhooks stand side by side", async () => {
    const [one, two] = [listen(), listen()];
    const app = express();
    app.use(whatsappWebhooks(one.webhooks, { path: "/one" }));
    app.use(whatsappWebhooks(two.webhooks, { path: "/two" }));
    expect(await post(app, "/two")).toBe(200);
    await two.webhooks.idle();
    expect([one.texts, two.texts]).toEqual([[], ["hello"]]);
  });

  test("a path without a slash in front is refused where it is written", () => {
    expect(() => whatsappWebhooks(listen().webhooks, { path: "wa" })).toThrow("full path");
  });

  test("neither what follows nor the error handlers hear of the webhook's requests", async () => {
    const { webhooks } = listen();
    const heard: string[] = [];
    const onError: ErrorRequestHandler = (_error, req, _res, next) => {
      heard.push(req.url);
      next();
    };
    const app = express();
    app.use(whatsappWebhooks(webhooks));
    app.use((req, _res, next) => {
      heard.push(req.url);
      next();
    });
    app.use(onError);
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
    expect((await request(app).delete("/webhooks/whatsapp")).status).toBe(405);
    expect(heard).toEqual([]);
  });

  test("express.raw() keeps the bytes as the body", async () => {
    const { webhooks, texts } = listen();
    const app = express();
    app.use(express.raw({ type: "*/*" }), whatsappWebhooks(webhooks));
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
    await webhooks.idle();
    expect(texts).toEqual(["hello"]);
  });

  test("express.text() is good enough, until it loses bytes: then the log names it", async () => {
    const messages: string[] = [];
    const logger = { ...silent, warn: (_: object, message: string) => messages.push(message) };
    const { webhooks } = listen({ logger });
    const app = express();
    app.use(express.text({ type: "*/*" }), whatsappWebhooks(webhooks));
    expect(await post(app, "/webhooks/whatsapp")).toBe(200);
    const broken = signed(Buffer.from([0x22, 0xff, 0x22]), SECRET);
    expect(await post(app, "/webhooks/whatsapp", broken)).toBe(401);
    expect(messages).toEqual([expect.stringContaining("as a string changed bytes")]);
  });

  test("express.json() before it is named in the log, with both ways out", async () => {
    const messages: string[] = [];
    const logger = { ...silent, error: (_: object, message: string) => messages.push(message) };
    const { webhooks } = listen({ logger });
    const app = express();
    app.use(express.json(), whatsappWebhooks(webhooks));
    expect(await post(app, "/webhooks/whatsapp")).toBe(500);
    expect(messages).toEqual([
      expect.stringMatching(/express\.json\(\).*above it.*rawBody: bytes/),
    ]);
  });
});

test("an option that there is not is refused, with the one that may be meant", () => {
  const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });
  const options: object = { paht: "/hook" };
  expect(() => whatsappWebhooks(webhooks, options)).toThrow(
    "whatsappWebhooks: there is no option paht, did you mean path?",
  );
});
