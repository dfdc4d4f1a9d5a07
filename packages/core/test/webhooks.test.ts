import { afterEach, expect, test, vi } from "vitest";
import {
  createWebhooks,
  type Inbox,
  memoryInbox,
  storeInbox,
  WebhookError,
  type WebhooksOptions,
} from "../src/index.ts";
import {
  cloudBody,
  gate,
  SECRET,
  settled,
  signedRequest,
  TOKEN,
  text,
} from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";

afterEach(() => vi.useRealTimers());

function setUp(options: Partial<WebhooksOptions> = {}) {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, logger, ...options });
  const post = (body: string) => webhooks.receive(signedRequest(cloudBody([text(body)])));
  return { webhooks, logger, post };
}

/** An inbox that outlives the process, as far as core can tell. */
function durableInbox(): Inbox {
  const inbox = memoryInbox();
  return {
    durable: true,
    put: (r) => inbox.put(r),
    consume: (d) => inbox.consume(d),
    close: () => inbox.close(),
  };
}

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

test("an inbox in memory starts by itself, after the answer", async () => {
  const { webhooks, post } = setUp();
  const heard: string[] = [];
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  expect((await post("a")).status).toBe(200);
  expect(heard).toEqual([]);
  await settled();
  expect(heard).toEqual(["a"]);
});

test("a notification before the first handler waits for it, and for those registered beside it", async () => {
  const { webhooks, logger, post } = setUp();
  await post("early");
  await settled();
  expect(logger.warn).toHaveBeenCalledWith({}, expect.stringContaining("no handler is registered"));
  const heard: string[] = [];
  webhooks.on("message.text", () => heard.push("first"));
  webhooks.on("message.text", () => heard.push("second"));
  await settled();
  expect(heard).toEqual(["first", "second"]);
});

test("with a durable inbox nothing is handled before start()", async () => {
  const { webhooks, post } = setUp({ inbox: durableInbox() });
  const heard: string[] = [];
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  expect((await post("a")).status).toBe(200);
  await settled();
  expect(heard).toEqual([]);
  await webhooks.start();
  await webhooks.start();
  await settled();
  expect(heard).toEqual(["a"]);
});

test("a forgotten start() is an error in the log that names the line to add", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { logger, post } = setUp({ inbox: durableInbox() });
  await post("a");
  await post("b");
  vi.advanceTimersByTime(60_000);
  expect(logger.error.mock.calls).toEqual([
    [{}, expect.stringContaining("await webhooks.start()")],
  ]);
});

test("start() in time says nothing", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { webhooks, logger, post } = setUp({ inbox: durableInbox() });
  await post("a");
  webhooks.on("message", () => {});
  await webhooks.start();
  vi.advanceTimersByTime(60_000);
  expect(logger.error).not.toHaveBeenCalled();
});

test("start() with nothing subscribed to begins nothing, and says why", async () => {
  const { webhooks, post } = setUp({ inbox: durableInbox() });
  await post("a");
  await expect(webhooks.start()).rejects.toMatchObject({
    code: "no_handlers",
    message: expect.stringContaining("before the first on("),
  });
  const heard: string[] = [];
  webhooks.scoped("700000000000001").on("message.text", ({ data }) => heard.push(data.text.body));
  await webhooks.start();
  await settled();
  expect(heard).toEqual(["a"]);
});

test("on() after start() warns, once", async () => {
  const { webhooks, logger } = setUp();
  webhooks.on("contact", () => {});
  await webhooks.start();
  webhooks.on("message.text", () => {});
  webhooks.on("status", () => {});
  expect(logger.warn).toHaveBeenCalledTimes(1);
  expect(logger.warn.mock.calls[0]?.[1]).toContain('on("message.text") came after start()');
});

test("an inbox that could not be started is told of, and started by the next notification", async () => {
  const inbox = memoryInbox();
  const cause = new Error("not yet");
  let fails = true;
  const { webhooks, logger, post } = setUp({
    inbox: {
      durable: false,
      put: (r) => inbox.put(r),
      consume: (d) => (fails ? Promise.reject(cause) : inbox.consume(d)),
      close: () => inbox.close(),
    },
  });
  const heard: string[] = [];
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  await post("a");
  await settled();
  expect(logger.error.mock.calls).toEqual([
    [{ err: cause }, expect.stringContaining("could not be started")],
  ]);
  fails = false;
  await post("b");
  await settled();
  expect(heard).toEqual(["a", "b"]);
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

test("close() answers 503, lets running handlers finish, and is idempotent", async () => {
  const { webhooks, post } = setUp();
  const held = gate();
  let finished = false;
  webhooks.on("message.text", async () => {
    await held.promise;
    finished = true;
  });
  await post("a");
  await settled();
  const closing = webhooks.close();
  expect(await post("b")).toMatchObject({
    status: 503,
    headers: { "retry-after": expect.any(String) },
  });
  expect(webhooks.close()).toBe(closing);
  held.open();
  expect(await closing).toEqual({ running: 0, pending: 0 });
  expect(finished).toBe(true);
  await expect(webhooks.start()).rejects.toMatchObject({ code: "closing" });
});

test("close() handles what was answered but has not begun: in memory there is no other copy", async () => {
  const { webhooks, post } = setUp();
  const heard: string[] = [];
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  await post("a");
  await post("b");
  expect(await webhooks.close()).toEqual({ running: 0, pending: 0 });
  expect(heard).toEqual(["a", "b"]);
});

test("close() gives up after timeoutMs, aborts, and reports what it left", async () => {
  const { webhooks, logger, post } = setUp();
  let aborted = false;
  webhooks.on("message.text", (_event, { signal }) => {
    signal.addEventListener("abort", () => (aborted = true));
    return new Promise(() => {});
  });
  await post("a");
  await post("b");
  await settled();
  expect(await webhooks.close({ timeoutMs: 10 })).toEqual({ running: 1, pending: 2 });
  expect(aborted).toBe(true);
  expect(logger.warn).toHaveBeenCalledWith(
    { running: 1, pending: 2 },
    expect.stringContaining("left work behind"),
  );
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

test("close() with a durable inbox starts no further handlers: what has not begun stays in it", async () => {
  const { store, commits } = tame();
  const inbox = storeInbox(store);
  const { webhooks, post } = setUp({ inbox });
  const held = gate();
  const heard: string[] = [];
  webhooks.on("message.text", async (event) => {
    heard.push(event.data.text.body);
    await held.promise;
  });
  await webhooks.start();
  await settled();
  for (const body of ["a", "b", "c"]) await post(body);
  await settled();
  const closing = webhooks.close();
  await settled();
  held.open();
  expect(await closing).toEqual({ running: 0, pending: 0 });
  expect(heard).toEqual(["a"]);
  const settles = commits.flatMap((commit) => commit.settles.map(({ kind }) => kind));
  expect(settles.sort()).toEqual(["done", "release", "release"]);
});
