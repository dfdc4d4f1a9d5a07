import { afterEach, expect, test, vi } from "vitest";
import { createWebhooks, WebhookError, type WebhooksOptions } from "../src/index.ts";
import { cloudBody, SECRET, settled, signedRequest, TOKEN, text } from "./support/notifications.ts";
import { setUp } from "./support/webhooks-under-test.ts";

afterEach(() => vi.useRealTimers());

test.each([
  ["appSecret", { verifyToken: TOKEN }],
  ["appSecret", { appSecret: "", verifyToken: TOKEN }],
  ["appSecret", { appSecret: [], verifyToken: TOKEN }],
  ["appSecret", { appSecret: [SECRET, ""], verifyToken: TOKEN }],
  ["appSecret", { appSecret: `${SECRET}\n`, verifyToken: TOKEN }],
  ["verifyToken", { appSecret: SECRET }],
  ["verifyToken", { appSecret: SECRET, verifyToken: undefined }],
  [
    "onPremises.authorization",
    { appSecret: SECRET, verifyToken: TOKEN, onPremises: { authorization: "" } },
  ],
  ["onPremises", { appSecret: SECRET, verifyToken: TOKEN, onPremises: {} }],
  ["concurrency", { appSecret: SECRET, verifyToken: TOKEN, concurrency: 0 }],
  ["bodyLimitBytes", { appSecret: SECRET, verifyToken: TOKEN, bodyLimitBytes: Number.NaN }],
  ["retry.maxAttempts", { appSecret: SECRET, verifyToken: TOKEN, retry: { maxAttempts: 0 } }],
  ["appSecret", undefined],
])("creation refuses a missing or unusable %s and says what to do (%#)", (option, options) => {
  const create = () => createWebhooks(options as unknown as WebhooksOptions);
  expect(create).toThrow(WebhookError);
  expect(create).toThrow(new RegExp(`^option_invalid: ${option.replace(".", "\\.")} .*`));
});

test("close() of an inbox that cannot come to rest says so, and ends all the same", async () => {
  const cause = new Error("stuck");
  const { webhooks, logger } = setUp({
    inbox: {
      durable: true,
      put: async () => {},
      consume: async () => ({ close: () => Promise.reject(cause) }),
      close: async () => {},
    },
  });
  webhooks.on("message", () => {});
  await webhooks.start();
  await webhooks.close();
  expect(logger.error.mock.calls).toEqual([
    [{ err: cause }, expect.stringContaining("could not be brought to rest")],
  ]);
  webhooks.on("status", () => {});
  expect(logger.warn).not.toHaveBeenCalled();
});

test("unsubscribing works by what on() returned and by off()", async () => {
  const { webhooks, post } = setUp();
  const heard: string[] = [];
  const one = () => heard.push("one");
  const off = webhooks.on("message.text", () => heard.push("two"));
  webhooks.on("message", one);
  webhooks.on("*", () => heard.push("three"));
  off();
  off();
  webhooks.off("message", one);
  webhooks.off("message", one);
  await post("a");
  await webhooks.idle();
  expect(heard).toEqual(["three"]);
});

test("patterns: name, family, kind across families, all", async () => {
  const { webhooks } = setUp();
  const heard: string[] = [];
  for (const pattern of [
    "message.text",
    "message",
    "unknown",
    "message.unknown",
    "invalid",
    "contact",
    "*",
  ] as const) {
    webhooks.on(pattern, (event) => heard.push(`${pattern}: ${event.name}`));
  }
  const odd = { ...text("x", { id: "odd" }), type: "hologram" };
  const misfit = { ...text("x", { id: "misfit" }), text: 7 };
  await webhooks.receive(signedRequest(cloudBody([text("x"), odd, misfit], { name: "Ann" })));
  await settled(10);
  expect(heard.sort()).toEqual([
    "*: contact",
    "*: message.invalid",
    "*: message.text",
    "*: message.unknown",
    "contact: contact",
    "invalid: message.invalid",
    "message.text: message.text",
    "message.unknown: message.unknown",
    "message: message.invalid",
    "message: message.text",
    "message: message.unknown",
    "unknown: message.unknown",
  ]);
});

test("a wrong name or handler is an error in JavaScript too", () => {
  const { webhooks } = setUp();
  expect(() => webhooks.on("mesage.text" as "message.text", () => {})).toThrow(
    /no event is called "mesage.text"/,
  );
  expect(() => webhooks.on("message.text", undefined as never)).toThrow(/is not a function/);
  expect(() => webhooks.on("constructor" as "message", () => {})).toThrow(/no event/);
});

test("a failing handler reaches onError with event and cause, stops nobody, and is not in the answer", async () => {
  const onError = vi.fn();
  const { webhooks, logger, post } = setUp({ onError });
  const cause = new Error("no");
  const heard: string[] = [];
  webhooks.on("message.text", () => Promise.reject(cause));
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  expect((await post("a")).status).toBe(200);
  await webhooks.idle();
  expect(heard).toEqual(["a"]);
  expect(onError).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ code: "handler_failed", cause }),
    expect.objectContaining({
      event: expect.objectContaining({ name: "message.text" }),
      attempt: 1,
    }),
  );
  expect(logger.error).not.toHaveBeenCalled();
  await webhooks.close();
});

test("without onError the logger gets it; an onError that throws is logged and harmless", async () => {
  const cause = new Error("no");
  const plain = setUp();
  plain.webhooks.on("message.text", () => Promise.reject(cause));
  await plain.post("a");
  await plain.webhooks.idle();
  expect(plain.logger.error).toHaveBeenCalledWith(
    { code: "handler_failed", err: cause },
    expect.stringContaining('"message.text"'),
  );
  const bug = new Error("bug");
  const throwing = setUp({
    onError: () => {
      throw bug;
    },
  });
  throwing.webhooks.on("message.text", () => Promise.reject(cause));
  await throwing.post("a");
  await throwing.webhooks.idle();
  expect(throwing.logger.error).toHaveBeenCalledWith(
    { code: "handler_failed", err: bug },
    expect.any(String),
  );
  await Promise.all([plain.webhooks.close(), throwing.webhooks.close()]);
});

test("the same bytes again are answered 200 and handled once", async () => {
  const { webhooks } = setUp();
  const heard = vi.fn();
  webhooks.on("*", heard);
  const request = signedRequest(cloudBody([text("a")]));
  for (let i = 0; i < 3; i++) {
    expect((await webhooks.receive(request)).status).toBe(200);
    await webhooks.idle();
  }
  expect(heard).toHaveBeenCalledTimes(1);
});

test("handlers that burn the processor do not keep other requests from being answered", async () => {
  const { webhooks, post } = setUp();
  const order: string[] = [];
  webhooks.on("message.text", () => {
    order.push("handled");
    const until = Date.now() + 2;
    while (Date.now() < until);
  });
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      await post(String(i));
      order.push("answered");
    }),
  );
  expect(order.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => "answered"));
  await webhooks.idle();
  expect(order.filter((each) => each === "handled")).toHaveLength(20);
});
