import { afterEach, expect, test, vi } from "vitest";
import { createWebhooks, inlineInbox, type SeenKeys } from "../src/index.ts";
import {
  cloudBody,
  gate,
  SECRET,
  settled,
  signedRequest,
  TOKEN,
  text,
} from "./support/notifications.ts";

const logger = { debug() {}, info() {}, warn: vi.fn(), error: vi.fn() };
const opened: ReturnType<typeof createWebhooks>[] = [];
afterEach(async () => {
  for (const webhooks of opened.splice(0)) await webhooks.close();
});

function setUp(seenKeys?: SeenKeys) {
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: TOKEN,
    logger,
    inbox: inlineInbox({ seenKeys }),
  });
  opened.push(webhooks);
  return webhooks;
}

/** A memory of keys outside the process, as a table would be. */
function sharedKeys(): SeenKeys {
  const keys = new Set<string>();
  return {
    has: async (asked) => new Set(asked.filter((key) => keys.has(key))),
    add: async (added) => {
      for (const key of added) keys.add(key);
    },
  };
}

test("the answer waits for the handlers", async () => {
  const webhooks = setUp();
  const held = gate();
  webhooks.on("message.text", () => held.promise);
  let status: number | undefined;
  const answer = webhooks.receive(signedRequest(cloudBody([text("a")]))).then((response) => {
    status = response.status;
  });
  await settled();
  expect(status).toBeUndefined();
  held.open();
  await answer;
  expect(status).toBe(200);
});

test("a failed handler is answered 503, and the platform's retry repeats only what failed", async () => {
  const webhooks = setUp();
  const heard: string[] = [];
  let fails = true;
  webhooks.on("message.text", (event) => {
    heard.push(event.data.text.body);
    if (fails && event.data.text.body === "b") throw new Error("no");
  });
  const request = signedRequest(
    cloudBody([text("a"), text("b", { from: "12125550102" }), text("c", { from: "12125550103" })]),
  );
  expect(await webhooks.receive(request)).toMatchObject({
    status: 503,
    headers: { "retry-after": expect.any(String) },
  });
  fails = false;
  expect((await webhooks.receive(request)).status).toBe(200);
  expect((await webhooks.receive(request)).status).toBe(200);
  expect(heard).toEqual(["a", "b", "c", "b"]);
});

test("with keys outside the process another instance repeats only what failed, too", async () => {
  const keys = sharedKeys();
  const request = signedRequest(cloudBody([text("a"), text("b", { from: "12125550102" })]));
  const heard: string[] = [];
  const first = setUp(keys);
  first.on("message.text", (event) => {
    heard.push(`first ${event.data.text.body}`);
    if (event.data.text.body === "b") throw new Error("no");
  });
  expect((await first.receive(request)).status).toBe(503);
  const second = setUp(keys);
  second.on("message.text", (event) => heard.push(`second ${event.data.text.body}`));
  expect((await second.receive(request)).status).toBe(200);
  expect(heard).toEqual(["first a", "first b", "second b"]);
});

test("without them another instance repeats the whole notification", async () => {
  const request = signedRequest(cloudBody([text("a")]));
  const heard = vi.fn();
  for (const webhooks of [setUp(), setUp()]) {
    webhooks.on("message.text", heard);
    await webhooks.receive(request);
  }
  expect(heard).toHaveBeenCalledTimes(2);
});

test("a failed event does not hold up the next request of its conversation", async () => {
  const webhooks = setUp();
  webhooks.on("message.text", (event) => {
    if (event.data.text.body === "bad") throw new Error("no");
  });
  expect((await webhooks.receive(signedRequest(cloudBody([text("bad")])))).status).toBe(503);
  expect((await webhooks.receive(signedRequest(cloudBody([text("good")])))).status).toBe(200);
});

test("a memory of keys that is away is answered 503", async () => {
  const away = () => Promise.reject(new Error("away"));
  const webhooks = setUp({ has: away, add: away });
  webhooks.on("message.text", () => {});
  expect((await webhooks.receive(signedRequest(cloudBody([text("a")])))).status).toBe(503);
});

test("what is no JSON is answered 200: a retry would bring the same bytes", async () => {
  const webhooks = setUp();
  webhooks.on("message.text", () => {});
  expect((await webhooks.receive(signedRequest("{"))).status).toBe(200);
});
