import { expect, test, vi } from "vitest";
import { cloudBody, delivery, gate, record, settled, text } from "./support/notifications.ts";
import { bodyOf, setUp } from "./support/processor-under-test.ts";

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

test("the last attempt dead-letters, and says so", async () => {
  const { processor, on, errors } = setUp();
  on("message.text", () => Promise.reject(new Error("no")));
  const body = record(cloudBody([text("a")]));
  const outcome = await processor.deliver(body, delivery({ attempt: 3 }));
  expect(outcome).toEqual({ kind: "dead_letter", completed: [], reason: "1 failed: message.text" });
  expect(errors.map(({ code }) => code)).toEqual(["handler_failed", "record_dead_lettered"]);
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
  expect(await stuck).toMatchObject({ kind: "dead_letter" });
  expect(errors[0]).toMatchObject({ code: "handler_timeout" });
  expect(reason).toBe(errors[0]);
});

test("bytes that are not JSON, and shapes that the credentials do not allow, are dead-lettered and reported with their record", async () => {
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
      kind: "dead_letter",
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
  const seen = vi.fn(() => new Set<string>());
  const later = processor.deliver(
    record(cloudBody([text("b")])),
    delivery({ completed: ["b"], seen }),
  );
  expect(await asked).toEqual({ kind: "release", completed: ["a"] });
  expect(await later).toEqual({ kind: "release", completed: ["b"] });
  expect(seen).not.toHaveBeenCalled();
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
  expect(await outcome).toEqual({ kind: "release", completed: [] });
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
