import { describe, expect, onTestFinished, test, vi } from "vitest";
import { inlineInbox } from "../src/index.ts";
import { contextOf } from "./support/consume-context.ts";
import { setUp, sharedKeys } from "./support/inline-webhooks.ts";
import { cloudBody, gate, record, settled, signedRequest, text } from "./support/notifications.ts";

describe("the same body twice at one time, in one process", () => {
  const request = signedRequest(cloudBody([text("a")]));

  test("is handled once and answered 200 twice", async () => {
    const keys = sharedKeys();
    const webhooks = setUp(keys);
    const held = gate();
    const handler = vi.fn(() => held.promise);
    webhooks.on("message.text", handler);
    const answers = [webhooks.receive(request), webhooks.receive(request)];
    await settled();
    held.open();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
    expect(handler).toHaveBeenCalledOnce();
  });

  test("the second tries what failed in the first", async () => {
    const webhooks = setUp(sharedKeys());
    const held = gate();
    const handler = vi.fn().mockReturnValueOnce(held.promise);
    const sound = vi.fn();
    webhooks.on("message.text", handler);
    webhooks.on("message.text", sound);
    const answers = [webhooks.receive(request), webhooks.receive(request)];
    await settled();
    held.fail(new Error("no"));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 200]);
    expect([handler.mock.calls.length, sound.mock.calls.length]).toEqual([2, 1]);
  });

  test("neither is answered 200 before the keys are written down", async () => {
    const keys = sharedKeys();
    const written = gate();
    keys.add.mockReturnValue(written.promise);
    const webhooks = setUp(keys);
    webhooks.on("message.text", () => {});
    const answers = [webhooks.receive(request), webhooks.receive(request)];
    await settled();
    written.fail(new Error("away"));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 503]);
  });
});

test("without one the inbox itself remembers what was completed", async () => {
  const inbox = inlineInbox();
  const known: unknown[] = [];
  await inbox.consume(async (_record, { seen }) => {
    known.push(await seen(["a", "b"]));
    return { kind: "done", completed: ["a"] };
  }, contextOf());
  for (const body of ["1", "2"]) await inbox.put(record(body));
  expect(known).toEqual([new Set(), new Set(["a"])]);
});

test("what answered in time leaves no timer behind", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const inbox = inlineInbox({ seenKeys: sharedKeys() });
  await inbox.consume(async (_record, { seen }) => {
    await seen(["a"]);
    return { kind: "done", completed: ["a"] };
  }, contextOf());
  await inbox.put(record("1"));
  expect(vi.getTimerCount()).toBe(0);
});

test("where nothing was completed nothing is written down", async () => {
  const keys = sharedKeys();
  const inbox = inlineInbox({ seenKeys: keys });
  await inbox.consume(async () => ({ kind: "release", completed: [] }), contextOf());
  await expect(inbox.put(record("1"))).rejects.toMatchObject({ code: "closing" });
  expect(keys.add).not.toHaveBeenCalled();
});

describe("a memory of keys in trouble", () => {
  const request = signedRequest(cloudBody([text("a")]));
  const never = () => new Promise<never>(() => {});

  test("that throws where it should reject is answered 503, too", async () => {
    const webhooks = setUp({
      ...sharedKeys(),
      has: () => {
        throw new Error("away");
      },
    });
    const heard = vi.fn();
    webhooks.on("message.text", heard);
    expect((await webhooks.receive(request)).status).toBe(503);
    expect(heard).not.toHaveBeenCalled();
  });

  test("that could not write keys down gets them again with the retry, and no handler does", async () => {
    const keys = sharedKeys();
    keys.add.mockRejectedValueOnce(new Error("away"));
    const webhooks = setUp(keys);
    const heard = vi.fn();
    webhooks.on("message.text", heard);
    expect((await webhooks.receive(request)).status).toBe(503);
    expect(keys.keys.size).toBe(0);
    expect((await webhooks.receive(request)).status).toBe(200);
    expect(keys.keys.size).toBe(1);
    expect(heard).toHaveBeenCalledOnce();
  });

  test.each(["has", "add"] as const)(
    "that hangs in %s is answered 503 in the end",
    async (method) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const webhooks = setUp({ ...sharedKeys(), [method]: never });
      webhooks.on("message.text", () => {});
      const answer = webhooks.receive(request);
      await settled();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await answer).toMatchObject({ status: 503, body: "inbox_failed" });
    },
  );

  test.each([
    ["no handler was registered", {}],
    ["seenKeys.has did not answer", { has: never }],
    ["seenKeys.add did not answer", { add: never }],
  ])("and what hangs otherwise is told: %s", async (complaint, overrides) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const inbox = inlineInbox({ seenKeys: { ...sharedKeys(), ...overrides } });
    if (Object.keys(overrides).length > 0)
      await inbox.consume(async (_record, { seen }) => {
        await seen(["a"]);
        return { kind: "done", completed: ["a"] };
      }, contextOf());
    const refused = expect(inbox.put(record("1"))).rejects.toMatchObject({
      code: "inbox_failed",
      message: expect.stringContaining(complaint),
    });
    await vi.advanceTimersByTimeAsync(5_000);
    await refused;
  });

  test("that hangs once holds up what came after no longer than that", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const keys = sharedKeys();
    keys.has.mockReturnValueOnce(never());
    const webhooks = setUp(keys);
    webhooks.on("message.text", () => {});
    const answers = [request, signedRequest(cloudBody([text("b")]))].map(webhooks.receive);
    await settled();
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 200]);
  });
});
