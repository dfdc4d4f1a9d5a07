import { describe, expect, test, vi } from "vitest";
import { inlineInbox, type Outcome, type WebhookRequest } from "../src/index.ts";
import { contextOf } from "./support/consume-context.ts";
import { logger, setUp, sharedKeys } from "./support/inline-webhooks.ts";
import { cloudBody, gate, record, settled, signedRequest, text } from "./support/notifications.ts";

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
    body: "inbox_failed",
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

test("a notification costs one look-up and one note, however many events wait for their turn", async () => {
  const keys = sharedKeys();
  const webhooks = setUp(keys);
  const heard = vi.fn();
  webhooks.on("message.text", heard);
  const others = Array.from({ length: 5 }, (_, i) => text("b", { from: `1212555020${i}` }));
  await webhooks.receive(signedRequest(cloudBody([text("a"), text("a"), text("a"), ...others])));
  expect(heard).toHaveBeenCalledTimes(8);
  expect([keys.has.mock.calls.length, keys.add.mock.calls.length]).toEqual([1, 1]);
});

test("an event that waited for long is looked up once more: another instance may have got it", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const keys = sharedKeys();
  const webhooks = setUp(keys);
  const held = gate();
  const heard: string[] = [];
  webhooks.on("message.text", async (event) => {
    heard.push(event.data.text.body);
    await held.promise;
  });
  const late = [text("elsewhere", { id: "elsewhere" }), text("here"), text("here too")];
  const answers = [[text("slow")], late].map((messages) =>
    webhooks.receive(signedRequest(cloudBody(messages))),
  );
  await settled();
  keys.keys.add("message:elsewhere:text");
  vi.advanceTimersByTime(1_500);
  held.open();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
  expect(heard).toEqual(["slow", "here", "here too"]);
  expect(keys.has).toHaveBeenCalledTimes(3);
});

test("a look-up that fails while an event waits is not tried again for the next", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const keys = sharedKeys();
  const webhooks = setUp(keys);
  webhooks.on("message.text", () => {
    vi.advanceTimersByTime(1_500);
    keys.has.mockRejectedValue(new Error("away"));
  });
  const messages = [text("a"), text("b"), text("c")];
  expect((await webhooks.receive(signedRequest(cloudBody(messages)))).status).toBe(200);
  expect(keys.has).toHaveBeenCalledTimes(2);
});

test("what is under way is limited: more is answered 503", async () => {
  const inbox = inlineInbox();
  const first = inbox.put({ ...record("a"), body: new Uint8Array(64 * 1024 * 1024) });
  await expect(inbox.put(record("b"))).rejects.toMatchObject({ code: "inbox_full" });
  await inbox.consume(async () => ({ kind: "done", completed: [] }), contextOf());
  await first;
  await inbox.put(record("c"));
});

test("without a handler a notification waits a while for one, and is then answered 503", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const webhooks = setUp();
  const early = webhooks.receive(signedRequest(cloudBody([text("a")])));
  await settled();
  await vi.advanceTimersByTimeAsync(5_000);
  expect((await early).status).toBe(503);
  const late = webhooks.receive(signedRequest(cloudBody([text("b")])));
  await settled();
  const heard = vi.fn();
  webhooks.on("message.text", heard);
  expect((await late).status).toBe(200);
  expect(heard).toHaveBeenCalledOnce();
});

describe("close()", () => {
  test("answers 503 to what waits for a handler to be registered", async () => {
    const webhooks = setUp();
    const answer = webhooks.receive(signedRequest(cloudBody([text("a")])));
    await settled();
    await webhooks.close();
    expect(await answer).toMatchObject({ status: 503, body: "closing" });
  });

  test("answers 503 to what a handler is still at when it gives up waiting", async () => {
    const webhooks = setUp();
    webhooks.on("message.text", () => new Promise(() => {}));
    const answer = webhooks.receive(signedRequest(cloudBody([text("a")])));
    await settled();
    expect(await webhooks.close({ timeoutMs: 1 })).toMatchObject({ running: 1, pending: 1 });
    expect(await answer).toMatchObject({ status: 503, body: "closing" });
    expect(logger.warn.mock.lastCall?.[1]).toContain("comes again");
  });

  test("lets a handler finish, and its keys be written down", async () => {
    const keys = sharedKeys();
    const webhooks = setUp(keys);
    const held = gate();
    webhooks.on("message.text", () => held.promise);
    const answer = webhooks.receive(signedRequest(cloudBody([text("a")])));
    await settled();
    const closed = webhooks.close();
    held.open();
    expect(await closed).toEqual({ running: 0, pending: 0 });
    expect((await answer).status).toBe(200);
    expect(keys.keys.size).toBe(1);
  });

  test.each([
    ["with", true],
    ["without", false],
  ])("answers 503 to a body that was still arriving, %s a handler", async (_word, isHeard) => {
    const webhooks = setUp();
    if (isHeard) webhooks.on("message.text", () => {});
    const arrived = gate();
    const request = signedRequest(cloudBody([text("a")]));
    const answer = webhooks.receive({ ...request, body: arrivingAfter(arrived.promise, request) });
    await webhooks.close();
    arrived.open();
    expect(await answer).toMatchObject({ status: 503, body: "closing" });
  });
});

function arrivingAfter(arrived: Promise<void>, { body }: WebhookRequest): WebhookRequest["body"] {
  async function* stream() {
    await arrived;
    if (body.kind === "bytes") yield body.bytes;
  }
  return { kind: "stream", stream: stream() };
}

test("a handler that hangs is answered 503 after handlerTimeoutMs", async () => {
  const webhooks = setUp(undefined, { handlerTimeoutMs: 10 });
  webhooks.on("message.text", () => new Promise(() => {}));
  expect((await webhooks.receive(signedRequest(cloudBody([text("a")])))).status).toBe(503);
});

test("with maxAttempts 1 a failed handler is answered 200 and reported: nobody is to try again", async () => {
  const onError = vi.fn();
  const webhooks = setUp(undefined, { retry: { maxAttempts: 1 }, onError });
  webhooks.on("message.text", () => Promise.reject(new Error("no")));
  expect((await webhooks.receive(signedRequest(cloudBody([text("a")])))).status).toBe(200);
  expect(onError.mock.calls.map(([{ code }]) => code)).toEqual([
    "handler_failed",
    "record_dead_lettered",
  ]);
});

test("tells what is under way, and since when", async () => {
  const inbox = inlineInbox();
  const nothing = { deadLetters: 0, deadLetterBytes: 0 };
  expect(await inbox.stats?.()).toStrictEqual({ waiting: 0, waitingBytes: 0, ...nothing });
  const held = gate<Outcome>();
  await inbox.consume(() => held.promise, contextOf());
  const first = inbox.put({ ...record("12345"), receivedAt: 1_000 });
  const second = inbox.put({ ...record("123"), receivedAt: 2_000 });
  expect(await inbox.stats?.()).toEqual({
    waiting: 2,
    waitingBytes: 8,
    oldestReceivedAt: 1_000,
    ...nothing,
  });
  expect(inbox.pending?.()).toBe(2);
  held.open({ kind: "done", completed: [] });
  await Promise.all([first, second]);
  expect(await inbox.stats?.()).toEqual({ waiting: 0, waitingBytes: 0, ...nothing });
});
