import { expect, test, vi } from "vitest";
import type { HandlerContext } from "../src/index.ts";
import { cloudBody, delivery, gate, record, settled, text } from "./support/notifications.ts";
import { setUp } from "./support/processor-under-test.ts";

test("a handler has one signal, which follows the delivery's for as long as it runs", async () => {
  const { processor, on } = setUp();
  const given = new AbortController();
  const held = gate();
  const signals: AbortSignal[] = [];
  on("message.text", async (event, context) => {
    signals.push(context.signal, context.signal);
    if (event.data.text.body === "runs") await held.promise;
  });
  const { signal } = given;
  await processor.deliver(record(cloudBody([text("has ended")])), delivery({ signal }));
  const outcome = processor.deliver(record(cloudBody([text("runs")])), delivery({ signal }));
  await settled();
  expect(signals[2]).toBe(signals[3]);
  expect(signals.map(({ aborted }) => aborted)).toEqual(Array(4).fill(false));
  const reason = new Error("the inbox is closed");
  given.abort(reason);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, true, true]);
  expect(signals[2]?.reason).toBe(reason);
  held.open();
  expect(await outcome).toMatchObject({ kind: "done" });
});

test("of many handlers that follow one signal it has one listener, and none once they have ended", async () => {
  const { processor, on } = setUp();
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  vi.spyOn(signal, "addEventListener").mockImplementation((_type, each) => listeners.add(each));
  vi.spyOn(signal, "removeEventListener").mockImplementation((type, each) => {
    if (type === "abort") listeners.delete(each);
  });
  let asks = false;
  let held = gate();
  on("message.text", (_event, context) => {
    if (asks) expect(context.signal.aborted).toBe(false);
    return held.promise;
  });
  on("message.text", (_event, context) => {
    if (asks) expect(context.signal.aborted).toBe(false);
  });
  const listenersDuring = async (): Promise<number> => {
    const customers = Array.from({ length: 20 }, (_, i) => String(12125550100 + i));
    const outcomes = customers.map((from) =>
      processor.deliver(record(cloudBody([text("a", { from })])), delivery({ signal })),
    );
    await vi.waitFor(() => expect(processor.running).toBe(20));
    const { size } = listeners;
    held.open();
    await Promise.all(outcomes);
    return size;
  };
  expect(await listenersDuring()).toBe(0);
  asks = true;
  held = gate();
  expect(await listenersDuring()).toBe(1);
  expect(listeners.size).toBe(0);
});

test("a signal that is asked for when it is too late is aborted already", async () => {
  const { processor, on } = setUp({ handlerTimeoutMs: 1 });
  const given = gate<HandlerContext>();
  on("message.text", (_event, context) => {
    given.open(context);
    return new Promise(() => {});
  });
  await processor.deliver(record(cloudBody([text("a")])), delivery());
  expect((await given.promise).signal.reason).toMatchObject({ code: "handler_timeout" });
  const other = setUp();
  const signals: AbortSignal[] = [];
  other.on("message.text", (_event, context) => signals.push(context.signal));
  const signal = AbortSignal.abort("closed");
  await other.processor.deliver(record(cloudBody([text("b")])), delivery({ signal }));
  expect(signals.map(({ reason }) => reason)).toEqual(["closed"]);
});
