import { afterEach, expect, test, vi } from "vitest";
import { harmlessTelemetry } from "../src/telemetry/harmless-telemetry.ts";
import { cloudBody, delivery, gate, record, settled, text } from "./support/notifications.ts";
import { setUp } from "./support/processor-under-test.ts";

afterEach(() => vi.useRealTimers());

const BOB = "12125550102";

test("what was dead-lettered and is replayed begins anew: all its handlers run", async () => {
  const { processor, on } = setUp();
  const ran: string[] = [];
  on("message.text", () => ran.push("one"));
  on("message.text", () => {
    ran.push("two");
    throw new Error("no");
  });
  const body = record(cloudBody([text("a")]));
  await processor.deliver(body, delivery({ attempt: 3 }));
  await processor.deliver(body, delivery());
  expect(ran).toEqual(["one", "two", "one", "two"]);
});

test("a retry says what failed, each name once, and when it is due", async () => {
  const { processor, on } = setUp();
  on("message", () => Promise.reject(new Error("no")));
  const place = { latitude: 1, longitude: 2 };
  const messages = [
    text("a", { from: "12125550102" }),
    text("b", { from: "12125550103" }),
    { ...text("c"), type: "location", location: place },
  ];
  const outcome = await processor.deliver(record(cloudBody(messages)), delivery());
  expect(outcome).toEqual({
    kind: "retry",
    completed: [],
    delayMs: expect.any(Number),
    reason: "3 failed: message.text, message.location",
  });
});

test("what is reported of a dead letter names the record and the attempt", async () => {
  const report = vi.fn();
  const { processor, on } = setUp({ report });
  on("message.text", () => Promise.reject(new Error("no")));
  const body = record(cloudBody([text("a")]));
  await processor.deliver(body, delivery({ attempt: 3 }));
  expect(report).toHaveBeenLastCalledWith(
    expect.objectContaining({ code: "record_dead_lettered" }),
    {
      record: body,
      attempt: 3,
    },
  );
});

test("after stop() what waits in its conversation goes back, with what of it is done", async () => {
  const { processor, on } = setUp();
  const held = gate();
  const heard: string[] = [];
  on("message.text", async (event) => {
    heard.push(event.data.text.body);
    if (event.data.text.body === "slow") await held.promise;
  });
  const slow = processor.deliver(record(cloudBody([text("slow", { id: "1" })])), delivery());
  const waits = processor.deliver(record(cloudBody([text("2")])), delivery({ completed: ["x"] }));
  const begun = processor.deliver(
    record(cloudBody([text("quick", { id: "3", from: BOB }), text("4")])),
    delivery(),
  );
  await settled();
  processor.stop();
  expect(await waits).toEqual({ kind: "release", completed: ["x"] });
  expect(await begun).toEqual({ kind: "release", completed: ["message:3:text"] });
  held.open();
  expect(await slow).toEqual({ kind: "done", completed: ["message:1:text"] });
  expect(heard).toEqual(["slow", "quick"]);
});

test("after stop() nothing begins that was still being looked up when its turn had come", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { processor, on } = setUp();
  const [held, asked, answer] = [gate(), gate(), gate<ReadonlySet<string>>()];
  const heard: string[] = [];
  on("message.text", async (event) => {
    heard.push(event.data.text.body);
    await held.promise;
  });
  const seen = (keys: readonly string[]) => {
    if (keys.length > 1) return new Set<string>();
    asked.open();
    return answer.promise;
  };
  const body = record(cloudBody([text("slow", { id: "1" }), text("late")]));
  const outcome = processor.deliver(body, delivery({ seen }));
  await vi.waitFor(() => expect(heard).toEqual(["slow"]));
  vi.advanceTimersByTime(1_000);
  held.open();
  await asked.promise;
  processor.stop();
  answer.open(new Set());
  expect(await outcome).toEqual({ kind: "release", completed: ["message:1:text"] });
  expect(heard).toEqual(["slow"]);
});

test("a record with something unreadable in it is kept, its other events are done", async () => {
  const { processor, on } = setUp();
  on("message.text", () => {});
  const bad = (): object => ({ ...text("x"), text: { body: 5 } });
  const outcome = await processor.deliver(
    record(cloudBody([bad(), text("a", { id: "1" }), bad()])),
    delivery(),
  );
  expect(outcome).toEqual({
    kind: "dead_letter",
    completed: ["message:1:text"],
    reason: "item_invalid: 2 item(s) did not fit",
  });
});

test("telemetry is told of duplicates, retries and dead letters, and why", async () => {
  const told: unknown[] = [];
  const telemetry = harmlessTelemetry({
    duplicate: (event) => told.push(["duplicate", event]),
    retried: (event) => told.push(["retried", event]),
    deadLettered: (why) => told.push(["deadLettered", why]),
  });
  const { processor, on } = setUp({ telemetry });
  on("message.text", (event) => {
    if (event.data.text.body === "bad") throw new Error("no");
  });
  const good = record(cloudBody([text("good")]));
  await processor.deliver(good, delivery());
  expect(told).toEqual([]);
  await processor.deliver(good, delivery());
  const bad = record(cloudBody([text("bad", { from: BOB })]));
  await processor.deliver(bad, delivery());
  await processor.deliver(bad, delivery({ attempt: 3 }));
  await processor.deliver(record("{"), delivery());
  await processor.deliver(record(cloudBody([{ ...text("x"), text: 5 }])), delivery());
  expect(told).toEqual([
    ["duplicate", { name: "message.text" }],
    ["retried", { name: "message.text" }],
    ["deadLettered", { reason: "record_dead_lettered" }],
    ["deadLettered", { reason: "body_not_json" }],
    ["deadLettered", { reason: "item_invalid" }],
  ]);
});

test("when a conversation has been held for long enough, what came with the failed event is handled at once", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { processor, on } = setUp({ conversationHoldMs: 5_000 });
  const heard: string[] = [];
  on("message.text", (event) => {
    heard.push(event.data.text.body);
    if (event.data.text.body === "bad") throw new Error("no");
  });
  const batch = record(cloudBody([text("bad"), text("good", { id: "good" })]));
  expect(await processor.deliver(batch, delivery())).toMatchObject({ completed: [] });
  vi.advanceTimersByTime(5_000);
  expect(await processor.deliver(batch, delivery({ attempt: 2 }))).toMatchObject({
    kind: "retry",
    completed: ["message:good:text"],
  });
  expect(heard).toEqual(["bad", "bad", "good"]);
});

test("what is for nobody holds up nothing behind it, though it had to wait itself", async () => {
  const { processor, on } = setUp();
  on("message.text", () => {});
  const slow = gate<ReadonlySet<string>>();
  const outcomes = [
    processor.deliver(record(cloudBody([text("a")])), delivery({ seen: () => slow.promise })),
    processor.deliver(record(cloudBody([])), delivery()),
    processor.deliver(record(cloudBody([text("b")])), delivery()),
  ];
  slow.open(new Set());
  expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(["done", "done", "done"]);
});

test("what close() gave up has not failed: it goes back, on its last attempt too, with what of it is done", async () => {
  const told = vi.fn();
  const telemetry = harmlessTelemetry({ retried: told, deadLettered: told });
  const { processor, on, errors } = setUp({ telemetry });
  on("message.text", (event) => (event.data.text.body === "slow" ? new Promise(() => {}) : 0));
  const messages = [text("quick", { id: "1", from: BOB }), text("slow"), text("waits")];
  const outcomes = [1, 3].map((attempt) =>
    processor.deliver(record(cloudBody(messages)), delivery({ attempt })),
  );
  await settled();
  processor.abort();
  expect(await Promise.all(outcomes)).toEqual([
    { kind: "release", completed: ["message:1:text"] },
    { kind: "release", completed: ["message:1:text"] },
  ]);
  expect(errors).toEqual([]);
  expect(told).not.toHaveBeenCalled();
});

test.each([
  [1, "counts and is tried again later", "retry"],
  [3, "dead-letters nothing that has not begun, or that close() gave up", "release"],
])("attempt %i that fails before close() %s", async (attempt, _what, kind) => {
  for (const end of ["stop", "abort"] as const) {
    const { processor, on, errors } = setUp();
    const held = gate();
    on("message.text", async (event) => {
      const { body } = event.data.text;
      if (body === "bad") throw new Error("no");
      if (body === "slow") await held.promise;
    });
    const messages = [text("bad"), text("slow", { from: BOB }), text("next", { from: BOB })];
    const outcome = processor.deliver(record(cloudBody(messages)), delivery({ attempt }));
    await settled();
    processor[end]();
    if (end === "stop") held.open();
    expect(await outcome).toMatchObject({ kind });
    expect(errors.map(({ code }) => code)).toEqual(["handler_failed"]);
  }
});

test("what another record has finished meanwhile is no failure to look up any more", async () => {
  const { processor, on } = setUp();
  const held = gate();
  const ran: string[] = [];
  on("message.text", async (event) => {
    const { body } = event.data.text;
    ran.push(body);
    if (body === "slow") await held.promise;
    if (body === "twin" && ran.length < 3) throw new Error("the first fails");
  });
  const twin = text("twin", { id: "twin" });
  const first = processor.deliver(
    record(cloudBody([text("slow", { id: "slow", from: BOB }), twin])),
    delivery(),
  );
  await settled();
  const other = { ...twin, from_user_id: "US.1" };
  expect(await processor.deliver(record(cloudBody([other])), delivery())).toEqual({
    kind: "done",
    completed: ["message:twin:text"],
  });
  held.open();
  expect(await first).toMatchObject({ kind: "retry", completed: ["message:slow:text"] });
  expect(ran).toEqual(["slow", "twin", "twin"]);
});
