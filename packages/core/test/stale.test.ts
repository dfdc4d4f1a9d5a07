import { afterEach, expect, test, vi } from "vitest";
import { createWebhooks, type WebhooksOptions } from "../src/index.ts";
import {
  cloudBody,
  delivery,
  gate,
  record,
  SECRET,
  signedRequest,
  TOKEN,
  text,
} from "./support/notifications.ts";
import { setUp as setUpProcessor } from "./support/processor-under-test.ts";

afterEach(() => vi.useRealTimers());

async function heardWith(
  options: Partial<WebhooksOptions>,
  ageMs: number,
  body = cloudBody([text("a")]),
) {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_000_000 + ageMs });
  const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, ...options });
  const heard: string[] = [];
  webhooks.on("*", (event) =>
    heard.push(event.name === "stale" ? `stale ${event.data.event.name}` : event.name),
  );
  await webhooks.receive(signedRequest(body));
  await webhooks.idle();
  await webhooks.close();
  return heard;
}

test("without maxAgeMs nothing is stale", async () => {
  expect(await heardWith({}, 7 * 86_400_000)).toEqual(["message.text"]);
});

test("what is older than maxAgeMs becomes a stale event that holds it; what is not, does not", async () => {
  expect(await heardWith({ maxAgeMs: 60_000 }, 60_000)).toEqual(["message.text"]);
  expect(await heardWith({ maxAgeMs: 60_000 }, 60_001)).toEqual(["stale message.text"]);
});

test("history is old by nature", async () => {
  const body = cloudBody([]);
  const change = body.entry[0]?.changes[0];
  Object.assign(change ?? {}, {
    field: "history",
    value: {
      ...change?.value,
      history: [{ threads: [{ id: "12125550101", messages: [text("old")] }] }],
    },
  });
  expect(await heardWith({ maxAgeMs: 60_000 }, 86_400_000, body)).toEqual(["history.message"]);
});

test("whoever listens to stale events alone hears them", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_000_000 + 120_000 });
  const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, maxAgeMs: 60_000 });
  const heard = vi.fn();
  webhooks.on("stale", heard);
  await webhooks.receive(signedRequest(cloudBody([text("a")])));
  await webhooks.idle();
  expect(heard).toHaveBeenCalledTimes(1);
});

test.each([
  ["the event as it was, however old it has become since", 0, "message.text"],
  ["the same stale event", 120_000, "stale"],
] as const)("the handlers that failed are tried again with %s", async (_what, ageMs, name) => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_000_000 + ageMs });
  const { processor, on } = setUpProcessor({ maxAgeMs: 60_000 });
  const heard: unknown[] = [];
  let fails = true;
  for (const each of ["message.text", "stale"] as const) {
    on(each, (event) => void heard.push(["well", event.name]));
    on(each, (event, { attempt }) => {
      heard.push([attempt, event.name, "event" in event.data]);
      if (fails) throw new Error("no");
    });
  }
  const body = record(cloudBody([text("a")]));
  await processor.deliver(body, delivery());
  fails = false;
  // By now it is stale; and before, a clock that is set back would have it fresh.
  vi.setSystemTime(1_790_000_000_000 + (ageMs === 0 ? 120_000 : 0));
  expect(await processor.deliver(body, delivery({ attempt: 2 }))).toMatchObject({ kind: "done" });
  const isStale = name === "stale";
  expect(heard).toEqual([
    ["well", name],
    [1, name, isStale],
    [2, name, isStale],
  ]);
});

test("an event that waits behind one of the same key is tried again as that one was called", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_000_000 });
  const { processor, on } = setUpProcessor({ maxAgeMs: 60_000, conversationHoldMs: 0 });
  const held = gate();
  const heard: string[] = [];
  on("stale", () => heard.push("stale"));
  on("message.text", async (event) => {
    heard.push(event.data.text.body);
    await held.promise;
    if (heard.length === 1) throw new Error("no");
  });
  const same = text("a", { id: "1" });
  const first = processor.deliver(record(cloudBody([same])), delivery());
  await vi.waitFor(() => expect(heard).toEqual(["a"]));
  vi.setSystemTime(1_790_000_120_000);
  const twin = processor.deliver(record(cloudBody([same])), delivery());
  held.open();
  expect(await first).toMatchObject({ kind: "retry" });
  expect(await twin).toMatchObject({ kind: "done" });
  expect(heard).toEqual(["a", "a"]);
});
