import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { whatsappWebhooks as forFetch } from "../src/fetch.ts";
import { createWebhooks, memoryInbox, type WebhooksOptions } from "../src/index.ts";
import { whatsappWebhooks as forNode } from "../src/node.ts";
import { cloudBody, SECRET, settled, signedRequest, TOKEN, text } from "./support/notifications.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  unhandled.splice(0);
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  await settled();
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

const quiet = { debug() {}, info() {}, warn() {}, error: vi.fn() };
const base = { appSecret: SECRET, verifyToken: TOKEN, logger: quiet, retry: { maxAttempts: 1 } };
const create = (options: Partial<WebhooksOptions> = {}) => createWebhooks({ ...base, ...options });
const post = (webhooks: ReturnType<typeof create>, body: string, options = {}) =>
  webhooks.receive(signedRequest(cloudBody([text(body, options)])));

test("an onError that rejects is logged and harmless", async () => {
  const bug = new Error("the reporter is down");
  const webhooks = create({ onError: () => Promise.reject(bug) });
  webhooks.on("message.text", () => Promise.reject(new Error("no")));
  await post(webhooks, "a");
  await webhooks.idle();
  await settled();
  expect(quiet.error).toHaveBeenCalledWith(
    { code: "handler_failed", err: bug },
    expect.any(String),
  );
});

test("a logger that throws or rejects costs no notification its handlers", async () => {
  for (const fail of [() => Promise.reject(new Error("full")), () => expect.fail("full")]) {
    const webhooks = create({ logger: { debug: fail, info: fail, warn: fail, error: fail } });
    const heard: string[] = [];
    webhooks.on("message.text", (event) => {
      heard.push(event.data.text.body);
      if (event.data.text.body === "bad") throw new Error("no");
    });
    for (const body of ["bad", "good"]) expect((await post(webhooks, body)).status).toBe(200);
    await webhooks.idle();
    expect(heard).toEqual(["bad", "good"]);
    expect(await webhooks.close()).toEqual({ running: 0, pending: 0 });
  }
});

test.each([
  [{ bodyLimitByte: 5 }, "there is no option bodyLimitByte"],
  [{ handlerTimeoutMs: 3e9 }, "handlerTimeoutMs must be at most"],
  [{ retry: { minDelayMs: 3e9 } }, "retry.minDelayMs must be at most"],
  [{ retry: { maxAttempts: 1.5 } }, "retry.maxAttempts must be a whole number"],
  [{ concurrency: "64" }, "concurrency must be a positive number"],
  [{ inbox: {} }, "inbox has no method put, consume, close"],
  [{ logger: { error() {} } }, "logger has no method debug, info, warn"],
  [{ onError: 5 }, "onError is not a function"],
  [{ onPremises: false }, "onPremises must be an object"],
])("options that TypeScript would refuse are refused in JavaScript: %o", (options, message) => {
  expect(() => create(options as Partial<WebhooksOptions>)).toThrow(message);
});

test("an inbox that could not be started is started at the next try", async () => {
  const inbox = memoryInbox();
  let fails = true;
  const webhooks = create({
    inbox: {
      durable: true,
      put: (record) => inbox.put(record),
      consume: (...given) =>
        fails ? Promise.reject(new Error("locked")) : inbox.consume(...given),
      close: () => inbox.close(),
    },
  });
  const heard: string[] = [];
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  await post(webhooks, "a");
  await expect(webhooks.start()).rejects.toThrow("locked");
  fails = false;
  await webhooks.start();
  await settled();
  expect(heard).toEqual(["a"]);
});

test("close() works though the inbox never started", async () => {
  const webhooks = create({
    inbox: {
      ...memoryInbox(),
      durable: true,
      put: async () => {},
      consume: () => Promise.reject(new Error("locked")),
      close: async () => {},
    },
  });
  await webhooks.start().catch(() => {});
  expect(await webhooks.close({ timeoutMs: Number.POSITIVE_INFINITY })).toMatchObject({
    running: 0,
  });
});

test("idle() resolves when nobody listens", async () => {
  const webhooks = create();
  await post(webhooks, "a");
  await webhooks.idle();
});

test("a handler taken off does not get retries either", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const webhooks = create({ retry: { minDelayMs: 1_000 } });
  let runs = 0;
  const off = webhooks.on("message.text", () => {
    runs++;
    throw new Error("no");
  });
  await post(webhooks, "a");
  await settled();
  off();
  vi.advanceTimersByTime(2_000);
  await settled();
  vi.useRealTimers();
  expect(runs).toBe(1);
});

test("what comes behind a large body is handled behind it", async () => {
  const webhooks = create();
  const heard: string[] = [];
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  const many = Array.from({ length: 2_000 }, (_, i) => text(String(i)));
  expect((await webhooks.receive(signedRequest(cloudBody(many)))).status).toBe(200);
  expect((await post(webhooks, "last")).status).toBe(200);
  await webhooks.idle();
  expect(heard).toEqual([...many.keys(), "last"].map(String));
});

test.each([
  ["node", forNode],
  ["fetch", forFetch],
])("%s: what is no webhooks object is refused when it is mounted", (_name, adapter) => {
  expect(() => (adapter as (webhooks: unknown) => unknown)(undefined)).toThrow("createWebhooks()");
  expect(() => (adapter as (webhooks: unknown) => unknown)({ url: "/" })).toThrow(
    "createWebhooks()",
  );
});

test("tenants whose names look alike share neither keys nor conversations", async () => {
  const seen: string[] = [];
  for (const [tenant, phoneNumberId] of [
    ["a", "b/P"],
    ["a/b", "P"],
    ["a/", "b/P"],
  ] as const) {
    const webhooks = create({ appSecret: () => ({ secret: SECRET, tenant }) });
    webhooks.on("message.text", ({ key, conversation }) => seen.push(key, conversation));
    await webhooks.receive(
      signedRequest(cloudBody([text("x", { id: "same" })], { phoneNumberId })),
    );
    await webhooks.idle();
  }
  expect(new Set(seen).size).toBe(6);
});
