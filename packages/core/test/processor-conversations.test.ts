import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { cloudBody, delivery, gate, record, settled, text } from "./support/notifications.ts";
import { setUp } from "./support/processor-under-test.ts";

afterEach(() => vi.useRealTimers());

test("one conversation is handled one at a time and in order, others beside it", async () => {
  const { processor, on } = setUp();
  const log: string[] = [];
  const gates = new Map(["a1", "a2", "b1"].map((name) => [name, gate()]));
  on("message.text", async (event) => {
    const name = event.data.text.body;
    log.push(`${name} begins`);
    await gates.get(name)?.promise;
    log.push(`${name} ends`);
  });
  const bodies = [text("a1"), text("a2"), text("b1", { from: "12125550102" })];
  const outcomes = bodies.map((message) =>
    processor.deliver(record(cloudBody([message])), delivery()),
  );
  await settled();
  expect(log).toEqual(["a1 begins", "b1 begins"]);
  gates.get("b1")?.open();
  gates.get("a1")?.open();
  await settled();
  expect(log.slice(2)).toEqual(["b1 ends", "a1 ends", "a2 begins"]);
  gates.get("a2")?.open();
  expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(["done", "done", "done"]);
});

test("a long queue is handled in order, and what nobody listens to any more is done", async () => {
  const { processor, on } = setUp();
  const held = gate();
  const heard: string[] = [];
  const off = on("message.text", async (event) => {
    heard.push(event.data.text.body);
    if (heard.length === 1) await held.promise;
    if (heard.length === 550) off();
  });
  const outcomes = Array.from({ length: 600 }, (_, i) =>
    processor.deliver(record(cloudBody([text(String(i), { id: String(i) })])), delivery()),
  );
  held.open();
  const all = await Promise.all(outcomes);
  expect(heard).toEqual(Array.from({ length: 550 }, (_, i) => String(i)));
  expect(all[549]).toEqual({ kind: "done", completed: ["message:549:text"] });
  expect(all[599]).toEqual({ kind: "done", completed: [] });
});

test("the same customer of another business number, or of another tenant, is another conversation", async () => {
  const { processor, on } = setUp();
  const begun: string[] = [];
  on("message.text", (event) => {
    begun.push(event.conversation);
    return new Promise(() => {});
  });
  void processor.deliver(record(cloudBody([text("x")])), delivery());
  void processor.deliver(
    record(cloudBody([text("x")], { phoneNumberId: "700000000000002" })),
    delivery(),
  );
  void processor.deliver(
    record(cloudBody([text("x")]), { kind: "signature", tenant: "acme" }),
    delivery(),
  );
  await settled();
  expect(new Set(begun).size).toBe(3);
});

test("the rest of a conversation waits for a retry, also when it came in the same body", async () => {
  const { processor, on } = setUp();
  const heard: string[] = [];
  let fails = true;
  on("message.text", (event) => {
    heard.push(event.data.text.body);
    if (fails) throw new Error("no");
  });
  const batch = record(cloudBody([text("1"), text("2")]));
  const first = await processor.deliver(batch, delivery());
  expect(first).toMatchObject({ kind: "retry", completed: [] });
  const later = processor.deliver(record(cloudBody([text("3")])), delivery());
  await settled();
  expect(heard).toEqual(["1"]);
  fails = false;
  await processor.deliver(batch, delivery({ attempt: 2 }));
  expect(await later).toMatchObject({ kind: "done" });
  expect(heard).toEqual(["1", "1", "2", "3"]);
});

test("a conversation is held no longer than conversationHoldMs", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const { processor, on } = setUp({ conversationHoldMs: 5_000 });
  const heard: string[] = [];
  on("message.text", (event) => {
    heard.push(event.data.text.body);
    if (event.data.text.body === "bad") throw new Error("no");
  });
  await processor.deliver(record(cloudBody([text("bad")])), delivery());
  const later = processor.deliver(record(cloudBody([text("good")])), delivery());
  await settled();
  expect(heard).toEqual(["bad"]);
  vi.advanceTimersByTime(5_000);
  expect(await later).toMatchObject({ kind: "done" });
  expect(heard).toEqual(["bad", "good"]);
});

test("a clock that is set back holds no conversation for longer", async () => {
  vi.useFakeTimers({ toFake: ["performance", "Date"] });
  const { processor, on } = setUp({ conversationHoldMs: 5_000 });
  on("message.text", (event) => {
    if (event.data.text.body === "bad") throw new Error("no");
  });
  const batch = record(cloudBody([text("bad"), text("good", { id: "good" })]));
  expect(await processor.deliver(batch, delivery())).toMatchObject({ completed: [] });
  vi.advanceTimersByTime(5_000);
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(await processor.deliver(batch, delivery({ attempt: 2 }))).toMatchObject({
    completed: ["message:good:text"],
  });
});

test("a retry that comes after the hold, and a dead letter, let the conversation go on at once", async () => {
  for (const options of [
    { conversationHoldMs: 100 },
    { retry: { maxAttempts: 1, minDelayMs: 1, maxDelayMs: 1, factor: 1 } },
  ]) {
    const { processor, on } = setUp(options);
    on("message.text", (event) => {
      if (event.data.text.body === "bad") throw new Error("no");
    });
    await processor.deliver(record(cloudBody([text("bad"), text("good")])), delivery());
    expect(await processor.deliver(record(cloudBody([text("good")])), delivery())).toMatchObject({
      kind: "done",
    });
  }
});

test("a retry that comes after the hold keeps none of the record's other events: they run now, in order", async () => {
  const { processor, on } = setUp({
    conversationHoldMs: 5_000,
    retry: { maxAttempts: 3, minDelayMs: 10_000, maxDelayMs: 10_000, factor: 1 },
  });
  const heard: string[] = [];
  on("message.text", (event, { attempt }) => {
    heard.push(event.data.text.body);
    if (event.data.text.body === "bad" && attempt === 1) throw new Error("no");
  });
  const batch = record(cloudBody([text("bad", { id: "1" }), text("with it", { id: "2" })]));
  const first = processor.deliver(batch, delivery());
  const later = processor.deliver(record(cloudBody([text("later")])), delivery());
  expect(await first).toMatchObject({ kind: "retry", completed: ["message:2:text"] });
  expect(await later).toMatchObject({ kind: "done" });
  const { completed } = await first;
  await processor.deliver(batch, delivery({ attempt: 2, completed }));
  expect(heard).toEqual(["bad", "with it", "later", "bad"]);
});

test("whether the rest waits is decided by the very delay that the retry has", async () => {
  // The first draw is short enough for the hold, any other would not be.
  const random = vi.spyOn(Math, "random").mockReturnValue(0).mockReturnValueOnce(0.999);
  onTestFinished(() => {
    random.mockRestore();
  });
  const { processor, on } = setUp({
    conversationHoldMs: 9_000,
    retry: { maxAttempts: 3, minDelayMs: 10_000, maxDelayMs: 10_000, factor: 1 },
  });
  const heard: string[] = [];
  on("message.text", (event) => {
    heard.push(event.data.text.body);
    throw new Error("no");
  });
  const batch = record(cloudBody([text("bad"), text("with it")]));
  expect(await processor.deliver(batch, delivery())).toMatchObject({ delayMs: 8_002 });
  void processor.deliver(record(cloudBody([text("later")])), delivery());
  await settled();
  expect(heard).toEqual(["bad"]);
});

test("on the last attempt the record's other events of the conversation run all the same", async () => {
  const { processor, on } = setUp({
    retry: { maxAttempts: 2, minDelayMs: 1, maxDelayMs: 1, factor: 1 },
  });
  const heard: string[] = [];
  on("message.text", (event) => {
    heard.push(event.data.text.body);
    if (event.data.text.body === "bad") throw new Error("no");
  });
  const batch = record(cloudBody([text("bad"), text("good", { id: "good" })]));
  expect(await processor.deliver(batch, delivery())).toMatchObject({
    kind: "retry",
    completed: [],
  });
  expect(await processor.deliver(batch, delivery({ attempt: 2 }))).toMatchObject({
    kind: "dead_letter",
    completed: ["message:good:text"],
  });
  expect(heard).toEqual(["bad", "bad", "good"]);
});

test("where the inbox orders conversations a failure says whether the rest waits, and holds nothing up here", async () => {
  const { processor, on } = setUp({ ordersConversations: true, conversationHoldMs: 5_000 });
  const heard: string[] = [];
  on("message.text", (event) => {
    heard.push(event.data.text.body);
    if (event.data.text.body === "bad") throw new Error("not now");
  });
  const bad = record(cloudBody([text("bad", { id: "1" }), text("with it", { id: "2" })]));
  expect(await processor.deliver(bad, delivery())).toMatchObject({ kind: "retry", holds: true });
  // It comes back to another process; what comes here next is next.
  await processor.deliver(record(cloudBody([text("later", { id: "3" })])), delivery());
  expect(heard).toEqual(["bad", "later"]);
  // This delay is longer than the rest may wait.
  const patient = setUp({
    ordersConversations: true,
    conversationHoldMs: 5_000,
    retry: { maxAttempts: 9, minDelayMs: 10_000, maxDelayMs: 10_000, factor: 1 },
  });
  patient.on("message.text", () => Promise.reject(new Error("not now")));
  const late = record(cloudBody([text("bad", { id: "4" })]));
  expect(await patient.processor.deliver(late, delivery())).toMatchObject({
    kind: "retry",
    holds: false,
  });
});
