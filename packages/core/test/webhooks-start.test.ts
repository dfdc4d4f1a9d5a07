import { afterEach, expect, test, vi } from "vitest";
import { type ConsumeContext, type Inbox, memoryInbox } from "../src/index.ts";
import { record, settled } from "./support/notifications.ts";
import { setUp } from "./support/webhooks-under-test.ts";

afterEach(() => vi.useRealTimers());

/** An inbox that outlives the process, as far as core can tell. */
function durableInbox(): Inbox {
  const inbox = memoryInbox();
  return {
    durable: true,
    put: (r) => inbox.put(r),
    consume: (...given) => inbox.consume(...given),
    close: () => inbox.close(),
  };
}

test.each([
  [undefined, 64],
  [3, 3],
])(
  "an inbox is given all of the context: with concurrency %s it has %i",
  async (concurrency, expected) => {
    let given: ConsumeContext | undefined;
    const inbox: Inbox = {
      ...durableInbox(),
      async consume(_deliver, context) {
        given = context;
        return { close: async () => {} };
      },
    };
    const { webhooks, logger } = setUp({ inbox, concurrency });
    webhooks.on("message.text", () => {});
    await webhooks.start();
    expect(given?.concurrency).toBe(expected);
    expect(given?.cut(record("{}"))).toHaveLength(1);
    given?.logger.warn({}, "said by the inbox");
    expect(logger.warn).toHaveBeenCalledWith({}, "said by the inbox");
    await webhooks.close();
  },
);

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
      consume: (...given) => (fails ? Promise.reject(cause) : inbox.consume(...given)),
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
