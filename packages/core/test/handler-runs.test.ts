import { afterEach, expect, test, vi } from "vitest";
import { WebhookError } from "../src/index.ts";
import { harmlessTelemetry } from "../src/telemetry/harmless-telemetry.ts";
import type { HandledEvent, HandlerFailure } from "../src/telemetry/telemetry.ts";
import { cloudBody, delivery, gate, record, settled, text } from "./support/notifications.ts";
import { setUp } from "./support/processor-under-test.ts";

afterEach(() => vi.useRealTimers());

/** A processor whose telemetry is written down. */
function observed(options: Parameters<typeof setUp>[0] = {}) {
  const events: HandledEvent[] = [];
  const failures: HandlerFailure[] = [];
  let ended = 0;
  const telemetry = harmlessTelemetry({
    handling(event) {
      events.push(event);
      return {
        failed: (failure) => void failures.push(failure),
        ended: () => void ended++,
      };
    },
  });
  return { ...setUp({ telemetry, ...options }), events, failures, ended: () => ended };
}

/** What throws whatever is asked of it. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const named = (name: string): Error => Object.assign(new Error("no"), { name });

test.each([
  ["its class", new TypeError("no"), "TypeError"],
  ["a name of 64 letters", named("A".repeat(64)), "A".repeat(64)],
  ["nothing, if it is longer", named("A".repeat(65)), undefined],
  ["nothing, if it has more than letters", named("Ann 12125550101"), undefined],
  ["nothing, if something stands before it", named("12125550101 TypeError"), undefined],
  ["nothing, if it begins small", named("error"), undefined],
  ["nothing, if it is no error", { name: "TypeError" }, undefined],
  ["nothing, if it is null", null, undefined],
  ["nothing, if its name is no text", Object.assign(new Error("no"), { name: 7 }), undefined],
  ["nothing, if nobody can look at it", revoked(), undefined],
  [
    "its class, if it is ours but not about this run",
    new WebhookError("inbox_full", "no"),
    "WebhookError",
  ],
])("of what a handler threw telemetry gets %s", async (_what, thrown, kind) => {
  const { processor, on, failures } = observed();
  on("message.text", () => {
    throw thrown;
  });
  await processor.deliver(record(cloudBody([text("a")])), delivery());
  expect(failures).toEqual([{ code: "handler_failed", kind }]);
});

test("of a handler that ran too long, or that close() gave up, it gets that and no more", async () => {
  const { processor, on, failures } = observed({ handlerTimeoutMs: 1 });
  on("message.text", () => new Promise(() => {}));
  await processor.deliver(record(cloudBody([text("a")])), delivery());
  const later = observed();
  later.on("message.text", () => new Promise(() => {}));
  const outcome = later.processor.deliver(record(cloudBody([text("a")])), delivery());
  later.processor.abort();
  await outcome;
  expect([...failures, ...later.failures]).toEqual([
    { code: "handler_timeout", kind: undefined },
    { code: "closing", kind: undefined },
  ]);
});

test.each([
  ["at once", (): void => {}],
  ["later", async (): Promise<void> => {}],
  ["at once with an error", (): void => expect.fail("no")],
  ["later with an error", () => Promise.reject(new Error("no"))],
])("what ends %s is told to have ended once", async (_when, handler) => {
  const { processor, on, ended } = observed();
  on("message.text", handler);
  await processor.deliver(record(cloudBody([text("a")])), delivery());
  expect(ended()).toBe(1);
  expect(processor.running).toBe(0);
});

test("what takes its time is not told to have ended before", async () => {
  const { processor, on, ended } = observed();
  const held = gate();
  on("message.text", () => held.promise);
  const outcome = processor.deliver(record(cloudBody([text("a")])), delivery());
  await settled();
  expect(ended()).toBe(0);
  held.open();
  await outcome;
  expect(ended()).toBe(1);
});

test("how late a handler begins is told of a first attempt, and is never less than nothing", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_003_000 });
  const { processor, on, events } = observed();
  on("message.text", () => {});
  const bodies = [text("a"), { ...text("ahead"), timestamp: "1790000009" }];
  for (const body of bodies) await processor.deliver(record(cloudBody([body])), delivery());
  await processor.deliver(record(cloudBody([text("b")])), delivery({ attempt: 2 }));
  expect(events.map(({ attempt, lagMs }) => [attempt, lagMs])).toEqual([
    [1, 3_000],
    [1, 0],
    [2, undefined],
  ]);
});

test("what is old by nature is not late", async () => {
  const { processor, on, events } = observed();
  on("history", () => {});
  const body = cloudBody([]);
  const change = body.entry[0]?.changes[0];
  const history = [{ threads: [{ id: "12125550101", messages: [text("old")] }] }];
  Object.assign(change ?? {}, { field: "history", value: { ...change?.value, history } });
  await processor.deliver(record(body), delivery());
  expect(events).toMatchObject([{ name: "history.message", attempt: 1, lagMs: undefined }]);
});

test("where nobody is left to try it again nothing is handled, and telemetry hears of none", async () => {
  const { processor, on, events } = observed();
  const off = on("message.text", () => {
    throw new Error("no");
  });
  on("message.text", () => {});
  const body = record(cloudBody([text("a")]));
  await processor.deliver(body, delivery());
  off();
  expect(await processor.deliver(body, delivery({ attempt: 2 }))).toMatchObject({ kind: "done" });
  expect(events).toHaveLength(1);
});

test("a failure says whether it will be tried again", async () => {
  const { processor, on, errors } = setUp();
  on("message.text", () => Promise.reject(new Error("no")));
  const body = record(cloudBody([text("a")]));
  for (const attempt of [2, 3]) await processor.deliver(body, delivery({ attempt }));
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringContaining("it will be tried again"),
    expect.stringContaining("it was the last attempt"),
    expect.any(String),
  ]);
});

test.each(["inbox_full", "handler_timeout", "closing"] as const)(
  "an error of ours that a handler throws is the handler's failure: %s",
  async (code) => {
    const { processor, on, errors } = setUp();
    const cause = new WebhookError(code, "of another webhooks object");
    on("message.text", () => {
      throw cause;
    });
    on("message.text", () => Promise.reject(cause));
    const outcome = await processor.deliver(record(cloudBody([text("a")])), delivery());
    expect(outcome.kind).toBe("retry");
    expect(errors).toMatchObject([
      { code: "handler_failed", cause },
      { code: "handler_failed", cause },
    ]);
  },
);

test("whatever a handler throws, now or later, its conversation goes on", async () => {
  const { processor, on, errors } = setUp({ conversationHoldMs: 0 });
  on("message.text", (event) => {
    if (event.data.text.body === "now") throw revoked();
    if (event.data.text.body === "later") return Promise.reject(revoked());
    return event.data.text.body === "returned" ? revoked() : undefined;
  });
  const bodies = ["now", "later", "returned", "next"].map((body) => text(body));
  const outcomes = await Promise.all(
    bodies.map((body) => processor.deliver(record(cloudBody([body])), delivery())),
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(["retry", "retry", "retry", "done"]);
  expect(errors.map(({ code }) => code)).toEqual(Array(3).fill("handler_failed"));
});

test("what is reported of a failure names the event and the attempt", async () => {
  const report = vi.fn();
  const { processor, on } = setUp({ report });
  on("message.text", () => Promise.reject(new Error("no")));
  await processor.deliver(record(cloudBody([text("a", { id: "1" })])), delivery({ attempt: 2 }));
  expect(report).toHaveBeenCalledWith(expect.objectContaining({ code: "handler_failed" }), {
    event: expect.objectContaining({ key: "message:1:text" }),
    attempt: 2,
  });
});

test("a handler that nobody gave a signal is given up all the same", async () => {
  const { processor, on } = setUp({ handlerTimeoutMs: 1 });
  on("message.text", () => new Promise(() => {}));
  expect(await processor.deliver(record(cloudBody([text("a")])), delivery())).toMatchObject({
    kind: "retry",
  });
});

test("what has a then is waited for, whatever it is; anything else has ended", async () => {
  const { processor, on } = setUp();
  const ended: string[] = [];
  on("message.text", () => ({
    // biome-ignore lint/suspicious/noThenProperty: as promises of other libraries have it.
    then: (resolve: () => void) => {
      ended.push("waited for");
      resolve();
    },
  }));
  const noThenable = JSON.parse(`{ "then": "later" }`);
  for (const value of [null, "text", 7, {}, noThenable]) on("message.text", () => value);
  expect(await processor.deliver(record(cloudBody([text("a")])), delivery())).toMatchObject({
    kind: "done",
  });
  expect(ended).toEqual(["waited for"]);
});

test("no timer is left of a handler that has ended, however it did", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { processor, on } = setUp();
  on("message.text", async () => {});
  on("message.text", () => Promise.reject(new Error("no")));
  on("message.text", () => {});
  void processor.deliver(record(cloudBody([text("a")])), delivery({ attempt: 3 }));
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(vi.getTimerCount()).toBe(0);
});

test("no timer is left of a handler that close() gave up, though it never ends", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { processor, on } = setUp();
  on("message.text", () => new Promise(() => {}));
  const outcome = processor.deliver(record(cloudBody([text("a")])), delivery());
  await vi.waitFor(() => expect(processor.running).toBe(1));
  expect(vi.getTimerCount()).toBe(1);
  processor.abort();
  expect(vi.getTimerCount()).toBe(0);
  expect(await outcome).toMatchObject({ kind: "release" });
});

test("what is running is counted until it has ended", async () => {
  const { processor, on } = setUp();
  const held = gate();
  on("message.text", () => held.promise);
  on("message.text", () => {});
  const outcome = processor.deliver(record(cloudBody([text("a")])), delivery());
  await settled();
  expect(processor.running).toBe(1);
  held.open();
  await outcome;
  expect(processor.running).toBe(0);
});
