import { afterEach, expect, test, vi } from "vitest";
import { Emitter } from "../src/emitter.ts";
import type { AnyEvent, WebhookError } from "../src/index.ts";
import { Processor, type ProcessorOptions } from "../src/processor.ts";
import { cloudBody, delivery, gate, record, settled, text } from "./support/notifications.ts";

afterEach(() => vi.useRealTimers());

function setUp(options: Partial<ProcessorOptions> = {}) {
  const emitter = new Emitter(() => {});
  const errors: WebhookError[] = [];
  const logger = { debug: vi.fn(), info() {}, warn() {}, error() {} };
  const processor = new Processor({
    emitter,
    concurrency: 64,
    handlerTimeoutMs: 1_000,
    conversationHoldMs: 60_000,
    retry: { maxAttempts: 3, minDelayMs: 1_000, maxDelayMs: 10_000, factor: 3 },
    logger,
    report: (error) => errors.push(error),
    ...options,
  });
  return {
    processor,
    errors,
    logger,
    ...emitter.subscriptions(),
    scoped: (id: string) => emitter.subscriptions(id),
  };
}

const bodyOf = (event: AnyEvent) =>
  event.name === "message.text" ? event.data.text.body : event.name;

test("every item of a batch reaches its handlers, and the record is done with their keys", async () => {
  const { processor, on } = setUp();
  const heard: string[] = [];
  on("message.text", (event) => heard.push(event.data.text.body));
  const outcome = await processor.deliver(
    record(cloudBody([text("a", { id: "1" }), text("b", { id: "2" })])),
    delivery(),
  );
  expect(heard).toEqual(["a", "b"]);
  expect(outcome).toEqual({ kind: "done", completed: ["message:1:text", "message:2:text"] });
});

test("what nobody listens for is done without a key", async () => {
  const { processor, on } = setUp();
  on("status", () => {});
  expect(await processor.deliver(record(cloudBody([text("a")])), delivery())).toEqual({
    kind: "done",
    completed: [],
  });
});

test("a failed handler alone is tried again, and its neighbours' events are not", async () => {
  const { processor, on, errors } = setUp();
  const heard: string[] = [];
  let fails = true;
  on("message.text", (event) => heard.push(`good ${event.data.text.body}`));
  on("message.text", (event, { attempt }) => {
    heard.push(`bad ${event.data.text.body} ${attempt}`);
    if (fails && event.data.text.body === "a") throw new Error("no");
  });
  const body = record(
    cloudBody([text("a", { id: "1" }), text("b", { id: "2", from: "12125550102" })]),
  );
  const first = await processor.deliver(body, delivery());
  expect(first).toMatchObject({ kind: "retry", completed: ["message:2:text"] });
  expect(errors.map(({ code }) => code)).toEqual(["handler_failed"]);
  fails = false;
  const second = await processor.deliver(
    body,
    delivery({ attempt: 2, completed: first.completed }),
  );
  expect(second).toMatchObject({ kind: "done" });
  expect([...second.completed].sort()).toEqual(["message:1:text", "message:2:text"]);
  expect(heard).toEqual(["good a", "bad a 1", "good b", "bad b 1", "bad a 2"]);
});

test("after a crash all handlers of an unfinished event run again", async () => {
  const body = record(cloudBody([text("a")]));
  const before = setUp();
  before.on("message.text", () => {});
  before.on("message.text", () => Promise.reject(new Error("no")));
  expect(await before.processor.deliver(body, delivery())).toMatchObject({ kind: "retry" });
  const after = setUp();
  const ran: string[] = [];
  after.on("message.text", () => ran.push("one"));
  after.on("message.text", () => ran.push("two"));
  expect(await after.processor.deliver(body, delivery({ attempt: 2 }))).toMatchObject({
    kind: "done",
  });
  expect(ran).toEqual(["one", "two"]);
});

test("the last attempt buries, and says so", async () => {
  const { processor, on, errors } = setUp();
  on("message.text", () => Promise.reject(new Error("no")));
  const body = record(cloudBody([text("a")]));
  const outcome = await processor.deliver(body, delivery({ attempt: 3 }));
  expect(outcome).toMatchObject({ kind: "bury", completed: [] });
  expect(errors.map(({ code }) => code)).toEqual(["handler_failed", "record_buried"]);
});

test("a handler that runs too long is aborted, counts as failed and does not hold up others", async () => {
  const { processor, on, errors } = setUp({
    handlerTimeoutMs: 20,
    retry: { maxAttempts: 1, minDelayMs: 1, maxDelayMs: 1, factor: 1 },
  });
  let reason: unknown;
  on("message.text", (event, { signal }) => {
    if (event.data.text.body !== "stuck") return undefined;
    signal.addEventListener("abort", () => (reason = signal.reason));
    return new Promise(() => {});
  });
  const stuck = processor.deliver(record(cloudBody([text("stuck")])), delivery());
  expect(
    await processor.deliver(record(cloudBody([text("b", { from: "12125550102" })])), delivery()),
  ).toMatchObject({ kind: "done" });
  expect(await stuck).toMatchObject({ kind: "bury" });
  expect(errors[0]).toMatchObject({ code: "handler_timeout" });
  expect(reason).toBe(errors[0]);
});

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
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
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

test("a retry that comes after the hold, and a burial, let the conversation go on at once", async () => {
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
    kind: "bury",
    completed: ["message:good:text"],
  });
  expect(heard).toEqual(["bad", "bad", "good"]);
});

test("an event that was handled before is dropped, counted and logged without its content", async () => {
  const { processor, on, logger } = setUp();
  const heard = vi.fn();
  on("message.text", heard);
  const outcome = await processor.deliver(
    record(cloudBody([text("a", { id: "1" })])),
    delivery({ seen: (keys) => new Set(keys) }),
  );
  expect(outcome).toEqual({ kind: "done", completed: [] });
  expect(heard).not.toHaveBeenCalled();
  expect(processor.duplicates).toBe(1);
  expect(JSON.stringify(logger.debug.mock.calls)).not.toMatch(/12125550101|"1"/);
});

test("the same event in two bodies that come together is handled once", async () => {
  const { processor, on } = setUp();
  const held = gate();
  const heard: string[] = [];
  on("message.text", async (event) => {
    heard.push(event.data.text.body);
    await held.promise;
  });
  const same = text("same", { id: "same" });
  const first = processor.deliver(record(cloudBody([same])), delivery());
  const second = processor.deliver(record(cloudBody([same, text("other")])), delivery());
  await settled();
  held.open();
  await Promise.all([first, second]);
  expect(heard).toEqual(["same", "other"]);
});

test("an event that is done while its record is not is not handled again", async () => {
  const { processor, on } = setUp();
  const held = gate();
  const heard: string[] = [];
  on("message.text", (event) => {
    heard.push(event.data.text.body);
    return event.data.text.body === "slow" ? held.promise : undefined;
  });
  const quick = text("quick", { id: "quick" });
  const first = processor.deliver(
    record(cloudBody([quick, text("slow", { from: "12125550102" })])),
    delivery(),
  );
  await settled();
  // Counted as completed here too: whether the first record will ever be written down is open.
  expect(await processor.deliver(record(cloudBody([quick])), delivery())).toEqual({
    kind: "done",
    completed: ["message:quick:text"],
  });
  held.open();
  await first;
  expect(heard).toEqual(["quick", "slow"]);
});

test("a twin of a failed event goes on with the handlers that are left, and the first is then a duplicate", async () => {
  const { processor, on } = setUp({ conversationHoldMs: 1 });
  const ran: string[] = [];
  let fails = true;
  on("message.text", () => ran.push("one"));
  on("message.text", () => {
    ran.push("two");
    if (fails) throw new Error("no");
  });
  const same = text("same", { id: "same" });
  const first = record(cloudBody([same]));
  expect(await processor.deliver(first, delivery())).toMatchObject({ kind: "retry" });
  fails = false;
  await processor.deliver(record(cloudBody([same])), delivery());
  expect(await processor.deliver(first, delivery({ attempt: 2 }))).toMatchObject({ kind: "done" });
  expect(ran).toEqual(["one", "two", "two"]);
});

test("a placeholder and the real message with the same id are two events", async () => {
  const { processor, on } = setUp();
  const heard: string[] = [];
  on("message", (event) => heard.push(event.name));
  const placeholder = {
    from: "12125550101",
    id: "same",
    timestamp: "1790000000",
    type: "unsupported",
    errors: [{ code: 131060, title: "x" }],
  };
  await processor.deliver(record(cloudBody([placeholder])), delivery());
  await processor.deliver(record(cloudBody([text("real", { id: "same" })])), delivery());
  expect(heard).toEqual(["message.unsupported", "message.text"]);
});

test("records join their conversation in order even if the first look-up takes longer", async () => {
  const { processor, on } = setUp();
  const heard: string[] = [];
  on("message.text", (event) => heard.push(event.data.text.body));
  const slow = gate<ReadonlySet<string>>();
  const first = processor.deliver(
    record(cloudBody([text("1")])),
    delivery({ seen: () => slow.promise }),
  );
  const second = processor.deliver(
    record(cloudBody([text("2")])),
    delivery({ seen: async () => new Set() }),
  );
  await settled();
  slow.open(new Set());
  await Promise.all([first, second]);
  expect(heard).toEqual(["1", "2"]);
});

test("a look-up that fails rejects its record and no other", async () => {
  const { processor, on } = setUp();
  on("message.text", () => {});
  const failing = processor.deliver(
    record(cloudBody([text("1")])),
    delivery({ seen: () => Promise.reject(new Error("gone")) }),
  );
  const fine = processor.deliver(
    record(cloudBody([text("2")])),
    delivery({ seen: async () => new Set() }),
  );
  await expect(failing).rejects.toThrow("gone");
  expect(await fine).toMatchObject({ kind: "done" });
});

test("a look-up that throws rejects its record, too: nothing is buried unread", async () => {
  const { processor, on, errors } = setUp();
  on("message.text", () => {});
  const seen = () => {
    throw new Error("gone");
  };
  await expect(
    processor.deliver(record(cloudBody([text("1")])), delivery({ seen })),
  ).rejects.toThrow("gone");
  expect(errors).toEqual([]);
});

test("a look-up that fails while an earlier one is slow is no unhandled rejection", async () => {
  const { processor, on } = setUp();
  on("message.text", () => {});
  const slow = gate<ReadonlySet<string>>();
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  const first = processor.deliver(
    record(cloudBody([text("1")])),
    delivery({ seen: () => slow.promise }),
  );
  const second = processor.deliver(
    record(cloudBody([text("2")])),
    delivery({ seen: () => Promise.reject(new Error("gone")) }),
  );
  second.catch(() => {});
  await settled();
  slow.open(new Set());
  expect(await first).toMatchObject({ kind: "done" });
  await expect(second).rejects.toThrow("gone");
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("bytes that are not JSON, and shapes that the credentials do not allow, are buried and reported with their record", async () => {
  const onPremises = { messages: [text("x")] };
  const cases = [
    ["body_not_json", record("{")],
    ["body_not_json", record(`{${" ".repeat(70_000)}`)],
    // As a damaged store might give it.
    ["envelope_unknown", { ...record(cloudBody([text("x")])), auth: null as never }],
    ["envelope_unknown", record({ hello: "world" })],
    ["envelope_unknown", record("7")],
    ["envelope_not_allowed", record(onPremises)],
    ["envelope_not_allowed", record(cloudBody([text("x")]), { kind: "on-premises" })],
  ] as const;
  for (const [code, bad] of cases) {
    const report = vi.fn();
    const { processor, on } = setUp({ report });
    const heard = vi.fn();
    on("*", heard);
    expect(await processor.deliver(bad, delivery())).toEqual({
      kind: "bury",
      completed: [],
      reason: code,
    });
    expect(report).toHaveBeenCalledWith(expect.objectContaining({ code }), { record: bad });
    expect(heard).not.toHaveBeenCalled();
  }
});

test("an item outside the tenant's accounts is reported and not delivered; its neighbours are", async () => {
  const { processor, on, errors } = setUp();
  const heard: string[] = [];
  on("message.text", (event) => heard.push(bodyOf(event)));
  const mine = cloudBody([text("mine")]);
  const theirs = cloudBody([text("theirs")], {
    wabaId: "800000000000009",
    phoneNumberId: "700000000000009",
  });
  const both = { ...mine, entry: [...theirs.entry, ...mine.entry] };
  for (const accounts of [["800000000000001"], ["700000000000001"]]) {
    await processor.deliver(
      record(both, { kind: "signature", tenant: accounts[0] as string, accounts }),
      delivery(),
    );
  }
  expect(heard).toEqual(["mine", "mine"]);
  expect(errors.map(({ code }) => code)).toEqual(["account_not_allowed", "account_not_allowed"]);
});

test("an invalid item that nobody listens for is reported by its property, without its value", async () => {
  const { processor, on, errors } = setUp();
  on("message.text", () => {});
  await processor.deliver(
    record(cloudBody([{ ...text("x"), text: { body: 5551234 } }])),
    delivery(),
  );
  expect(errors).toMatchObject([
    { code: "item_invalid", message: expect.stringContaining("text.body") },
  ]);
  expect(errors[0]?.message).not.toContain("5551234");
});

test("a profile is an event when it is new or differs, not when it comes again", async () => {
  const { processor, on } = setUp();
  const names: (string | undefined)[] = [];
  on("contact", (event) => names.push(event.data.profile?.name));
  for (const name of ["Ann", "Ann", "Anne", "Ann"]) {
    await processor.deliver(record(cloudBody([text("x")], { name })), delivery());
  }
  expect(names).toEqual(["Ann", "Anne", "Ann"]);
});

test("a contact event whose handler failed is tried again", async () => {
  const { processor, on } = setUp();
  let runs = 0;
  on("contact", () => {
    if (++runs === 1) throw new Error("no");
  });
  const body = record(cloudBody([text("x")], { name: "Ann" }));
  expect(await processor.deliver(body, delivery())).toMatchObject({ kind: "retry" });
  expect(await processor.deliver(body, delivery({ attempt: 2 }))).toMatchObject({ kind: "done" });
  expect(runs).toBe(2);
});

test("once hears one event, and that one again if its handler failed", async () => {
  const { processor, once } = setUp();
  const heard: string[] = [];
  once("message.text", (event) => {
    heard.push(event.data.text.body);
    if (heard.length === 1) throw new Error("no");
  });
  const first = record(cloudBody([text("a")]));
  const outcome = await processor.deliver(first, delivery());
  await processor.deliver(record(cloudBody([text("b", { from: "12125550102" })])), delivery());
  await processor.deliver(first, delivery({ attempt: 2, completed: outcome.completed }));
  expect(heard).toEqual(["a", "a"]);
});

test("scoped subscriptions hear one business number", async () => {
  const { processor, scoped } = setUp();
  const heard: string[] = [];
  scoped("700000000000002").on("message.text", (event) => heard.push(event.data.text.body));
  await processor.deliver(record(cloudBody([text("one")])), delivery());
  await processor.deliver(
    record(cloudBody([text("two")], { phoneNumberId: "700000000000002" })),
    delivery(),
  );
  expect(heard).toEqual(["two"]);
});

test("after stop() what has not begun goes back as it came, what is being looked up too", async () => {
  const { processor, on } = setUp();
  const heard = vi.fn();
  on("message.text", heard);
  const slow = gate<ReadonlySet<string>>();
  const asked = processor.deliver(
    record(cloudBody([text("a")])),
    delivery({ completed: ["a"], seen: () => slow.promise }),
  );
  processor.stop();
  slow.open(new Set());
  const later = processor.deliver(record(cloudBody([text("b")])), delivery({ completed: ["b"] }));
  expect(await asked).toEqual({ kind: "release", completed: ["a"] });
  expect(await later).toEqual({ kind: "release", completed: ["b"] });
  expect(heard).not.toHaveBeenCalled();
});

test("abort tells running handlers and reports nothing as their fault", async () => {
  const { processor, on, errors } = setUp();
  let aborted = false;
  on("message.text", (_event, { signal }) => {
    signal.addEventListener("abort", () => (aborted = true));
    return new Promise(() => {});
  });
  const outcome = processor.deliver(record(cloudBody([text("x")])), delivery());
  await settled();
  expect(processor.running).toBe(1);
  processor.abort();
  expect(await outcome).toMatchObject({ kind: "retry", completed: [] });
  expect(aborted).toBe(true);
  expect(errors).toEqual([]);
});

test.each([
  ["a string", "text"],
  ["undefined", undefined],
  ["null", null],
])("a handler may throw %s", async (_name, thrown) => {
  const { processor, on, errors } = setUp();
  on("message.text", () => {
    throw thrown;
  });
  expect(await processor.deliver(record(cloudBody([text("x")])), delivery())).toMatchObject({
    kind: "retry",
  });
  expect(errors).toMatchObject([{ code: "handler_failed", cause: thrown }]);
});

test("an event that waited long for its conversation is looked up again: another process may have handled it", async () => {
  const { processor, on } = setUp();
  const heard: string[] = [];
  const first = gate();
  on("message.text", async (event) => {
    heard.push(event.data.text.body);
    if (event.data.text.body === "slow") await first.promise;
  });
  const handledElsewhere = new Set<string>();
  const seen = vi.fn(async () => handledElsewhere);
  const slow = processor.deliver(
    record(cloudBody([text("slow", { id: "1" })])),
    delivery({ seen }),
  );
  const late = processor.deliver(
    record(cloudBody([text("late", { id: "2" })])),
    delivery({ seen }),
  );
  await vi.waitFor(() => expect(heard).toEqual(["slow"]));
  await new Promise((resolve) => setTimeout(resolve, 300));
  handledElsewhere.add("message:2:text");
  first.open();
  await Promise.all([slow, late]);
  expect(heard).toEqual(["slow"]);
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
