import { expect, onTestFinished, test, vi } from "vitest";
import { cloudBody, delivery, gate, record, settled, text } from "./support/notifications.ts";
import { setUp } from "./support/processor-under-test.ts";

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
  expect(logger.debug.mock.calls).toEqual([
    [{ event: "message.text" }, "dropped an event that had been handled before"],
  ]);
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

test("the same event in two conversations, as its customer has a user id by now, is handled once", async () => {
  const { processor, on } = setUp();
  const held = gate();
  const heard = vi.fn(() => held.promise);
  on("message.text", heard);
  const before = text("same", { id: "same" });
  const first = processor.deliver(record(cloudBody([before])), delivery());
  const after = { ...before, from_user_id: "US.1" };
  const second = processor.deliver(record(cloudBody([after])), delivery());
  await settled();
  expect(heard).toHaveBeenCalledTimes(1);
  held.open();
  expect(await Promise.all([first, second])).toEqual([
    { kind: "done", completed: ["message:same:text"] },
    { kind: "done", completed: ["message:same:text"] },
  ]);
  expect(heard).toHaveBeenCalledTimes(1);
  expect(processor.duplicates).toBe(1);
});

test("and if both of them have waited long and are looked up at the same time", async () => {
  const { processor, on } = setUp();
  const [busy, held, asked] = [gate(), gate(), gate()];
  const heard: string[] = [];
  on("message.text", async (event) => {
    heard.push(event.data.text.body);
    await (event.data.text.body === "same" ? held : busy).promise;
  });
  const seen = vi.fn(async () => new Set<string>());
  const userId = { from_user_id: "US.1" };
  const before = text("same", { id: "same" });
  const deliveries = [
    processor.deliver(record(cloudBody([text("a", { id: "a" })])), delivery()),
    processor.deliver(record(cloudBody([{ ...text("b", { id: "b" }), ...userId }])), delivery()),
    processor.deliver(record(cloudBody([before])), delivery({ seen })),
    processor.deliver(record(cloudBody([{ ...before, ...userId }])), delivery({ seen })),
  ];
  await vi.waitFor(() => expect(heard).toHaveLength(2));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(seen).toHaveBeenCalledTimes(2);
  seen.mockImplementation(() => asked.promise.then(() => new Set<string>()));
  busy.open();
  await vi.waitFor(() => expect(seen).toHaveBeenCalledTimes(4));
  asked.open();
  await vi.waitFor(() => expect(heard).toContain("same"));
  held.open();
  expect(await Promise.all(deliveries)).toMatchObject(Array(4).fill({ kind: "done" }));
  expect(heard.toSorted()).toEqual(["a", "b", "same"]);
  expect(processor.duplicates).toBe(1);
});

test("and if that fails, the other runs what failed", async () => {
  const { processor, on } = setUp();
  const held = gate();
  const heard: number[] = [];
  on("message.text", async () => {
    if (heard.push(1) > 1) return;
    await held.promise;
    throw new Error("the first fails");
  });
  const fine = vi.fn();
  on("message", fine);
  const before = text("same", { id: "same" });
  const first = processor.deliver(record(cloudBody([before])), delivery());
  const second = processor.deliver(
    record(cloudBody([{ ...before, from_user_id: "US.1" }])),
    delivery(),
  );
  await settled();
  held.open();
  expect(await first).toMatchObject({ kind: "retry", completed: [] });
  expect(await second).toEqual({ kind: "done", completed: ["message:same:text"] });
  expect(heard).toHaveLength(2);
  expect(fine).toHaveBeenCalledTimes(1);
});

test("what waits for the same event elsewhere goes back to the inbox when there is no time left", async () => {
  const { processor, on } = setUp();
  const held = gate();
  on("message.text", () => held.promise);
  const before = text("same", { id: "same" });
  const first = processor.deliver(record(cloudBody([before])), delivery());
  const second = processor.deliver(
    record(cloudBody([{ ...before, from_user_id: "US.1" }])),
    delivery(),
  );
  await settled();
  processor.stop();
  held.open();
  expect(await first).toMatchObject({ kind: "done" });
  expect(await second).toEqual({ kind: "release", completed: [] });
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

test("a look-up that throws rejects its record, too: nothing is dead-lettered unread", async () => {
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

test("the inbox is asked once of what need not wait", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { processor, on } = setUp();
  on("message.text", () => {});
  const seen = vi.fn(() => new Set<string>());
  await processor.deliver(record(cloudBody([text("a"), text("b")])), delivery({ seen }));
  expect(seen).toHaveBeenCalledOnce();
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
  expect(seen).toHaveBeenLastCalledWith(["message:2:text"]);
});
