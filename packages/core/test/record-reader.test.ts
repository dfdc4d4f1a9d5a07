import { afterEach, expect, test, vi } from "vitest";
import { Emitter } from "../src/emitter.ts";
import type { InboxRecord } from "../src/index.ts";
import {
  type PendingName,
  type ReadRecord,
  RecordReader,
  reportUnread,
} from "../src/record-reader.ts";
import { cloudBody, record, text } from "./support/notifications.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const nothingPending = (): undefined => {};
const emitter = new Emitter(() => {});
emitter.subscriptions().on("message.text", () => {});
const reader = new RecordReader({ emitter });
const large = record(cloudBody(Array.from({ length: 1_000 }, (_, i) => text(String(i)))));

test("a large body read in slices gives what it gives in one go", async () => {
  const whole = reader.read(large, nothingPending);
  expect(whole.events).toHaveLength(1_000);
  const sliced = await reader.readSliced(large, nothingPending);
  expect(sliced.events.map(({ key }) => key)).toEqual(whole.events.map(({ key }) => key));
});

test("between the slices the event loop turns", async () => {
  // A clock by which every item takes a millisecond: a slice of five is over after a few.
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => ++now);
  let turns = 0;
  let isReading = true;
  const turn = (): void => {
    turns++;
    if (isReading) setImmediate(turn);
  };
  setImmediate(turn);
  await reader.readSliced(large, nothingPending);
  isReading = false;
  expect(turns).toBeGreaterThan(100);
});

test("between items that take no time it does not turn", async () => {
  vi.spyOn(performance, "now").mockReturnValue(0);
  const immediates = vi.spyOn(globalThis, "setImmediate");
  await reader.readSliced(large, nothingPending);
  // Those of reading the bytes.
  expect(immediates.mock.calls.length).toBeLessThan(10);
});

test("a body may have as many items as its size allows, however it is read", async () => {
  const dense = record({ entry: Array<number>(1_000).fill(0) });
  expect(() => reader.read(dense, nothingPending)).toThrow(
    expect.objectContaining({ code: "body_too_dense" }),
  );
  await expect(reader.readSliced(dense, nothingPending)).rejects.toMatchObject({
    code: "body_too_dense",
  });
});

test("events have the tenant and the account that their record was let in for", () => {
  const keyOf = (auth: InboxRecord["auth"], body: unknown): unknown => {
    const [event] = reader.read(record(body, auth), nothingPending).events;
    return [event?.tenant, event?.account.phoneNumberId, event?.receivedAt.getTime()];
  };
  const receivedAt = 1_790_000_001_000;
  const onPremises = { messages: [text("a")] };
  expect(keyOf({ kind: "signature", tenant: "acme" }, cloudBody([text("a")]))).toEqual([
    "acme",
    "700000000000001",
    receivedAt,
  ]);
  expect(keyOf({ kind: "on-premises", account: { phoneNumberId: "7" } }, onPremises)).toEqual([
    undefined,
    "7",
    receivedAt,
  ]);
  expect(() => keyOf({ kind: "signature" }, onPremises)).toThrow(
    expect.objectContaining({ code: "envelope_not_allowed" }),
  );
  expect(() => keyOf({ kind: "on-premises" }, cloudBody([text("a")]))).toThrow(
    expect.objectContaining({ code: "envelope_not_allowed" }),
  );
});

test("what is half done is read though nobody listens any longer, and nothing else is", () => {
  const nobody = new RecordReader({ emitter: new Emitter(() => {}) });
  const listener = new Emitter(() => {});
  const off = listener.subscriptions().once("message.text", () => {});
  const [event] = reader.read(large, nothingPending).events;
  listener.take(event as NonNullable<typeof event>);
  off();
  const left = new RecordReader({ emitter: listener });
  const pending = (key: string) => (key === event?.key ? "message.text" : undefined);
  expect(left.read(large, pending).events.map(({ key }) => key)).toEqual([event?.key]);
  expect(nobody.read(large, nothingPending)).toEqual({ events: [], misfits: [], foreign: [] });
});

test("of accounts, an item's business account or its number must be the tenant's", () => {
  const sorted = (accounts: readonly string[]): unknown => {
    const { events, foreign } = reader.read(
      record(cloudBody([text("a")]), { kind: "signature", accounts }),
      nothingPending,
    );
    return [events.length, foreign.length];
  };
  expect(sorted(["800000000000001"])).toEqual([1, 0]);
  expect(sorted(["700000000000001"])).toEqual([1, 0]);
  expect(sorted(["700000000000002"])).toEqual([0, 1]);
  expect(sorted([])).toEqual([0, 1]);
  const other = { kind: "signature", accounts: ["7"] } as const;
  const read = reader.read(record(cloudBody([text("a")]), other), nothingPending);
  const report = vi.fn();
  reportUnread(read, report);
  expect(report.mock.lastCall?.[1]).toEqual({ event: read.foreign[0] });
  const nowhere = {
    entry: [{ changes: [{ field: "messages", value: { messages: [text("a")] } }] }],
  };
  const auth = { kind: "signature", accounts: ["7"] } as const;
  expect(reader.read(record(nowhere, auth), nothingPending).foreign).toHaveLength(1);
});

test("what fits nobody's schema is told by its first ten properties", () => {
  const report = vi.fn();
  const read = (item: object): ReadRecord =>
    reader.read(record(cloudBody([{ ...text("a"), text: 7, ...item }])), nothingPending);
  reportUnread(read({}), report);
  const errors = Array<number>(20).fill(7);
  reportUnread(read({ errors }), report);
  const messages = report.mock.calls.map(([{ message }]) => message as string);
  expect(messages[0]).toContain("(text)");
  expect(messages[1]).toMatch(/\([a-z.0-9]+(, [a-z.0-9]+){9}\)/);
  expect(report.mock.lastCall?.[1].event.name).toBe("message.invalid");
  reportUnread(read({ errors: Array<number>(10_001).fill(7) }), report);
  expect(report.mock.lastCall?.[0].message).toContain("((the item))");
});

test("what nobody listens for is no misfit, whether or not old events are heard", () => {
  const unfit = record(cloudBody([{ ...text("a"), text: 7 }]));
  const misfitsWith = (name: "status.sent" | "stale", maxAgeMs?: number): number => {
    const emitter = new Emitter(() => {});
    emitter.subscriptions().on(name, () => {});
    return new RecordReader({ emitter, maxAgeMs }).read(unfit, nothingPending).misfits.length;
  };
  expect(misfitsWith("status.sent")).toBe(0);
  expect(misfitsWith("status.sent", 1e15)).toBe(0);
  expect(misfitsWith("stale")).toBe(0);
});

test("what is half done keeps the name that it has, however old it is or was", () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_000_000 });
  const body = record(cloudBody([text("a")]));
  const aging = new RecordReader({ emitter: listening("message.text", "stale"), maxAgeMs: 1_000 });
  const nameOf = (pendingName: PendingName) => aging.read(body, pendingName).events[0]?.name;
  expect(nameOf(nothingPending)).toBe("message.text");
  expect(nameOf(() => "stale")).toBe("stale");
  vi.setSystemTime(1_790_000_001_001);
  expect(nameOf(nothingPending)).toBe("stale");
  expect(nameOf(() => "message.text")).toBe("message.text");
});

test("what is old is read again for one-time listeners that have had it", () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_009_000 });
  const emitter = new Emitter(() => {});
  emitter.subscriptions().once("stale", () => {});
  const aging = new RecordReader({ emitter, maxAgeMs: 1_000 });
  const body = record(cloudBody([text("a")]));
  const [event] = aging.read(body, nothingPending).events;
  emitter.take(event as NonNullable<typeof event>);
  expect(aging.read(body, nothingPending).events).toEqual([]);
  expect(aging.read(body, () => "stale").events).toEqual([event]);
});

/** An emitter of which these names are listened to. */
function listening(...names: readonly ("message.text" | "stale")[]): Emitter {
  const emitter = new Emitter(() => {});
  for (const name of names) emitter.subscriptions().on(name, () => {});
  return emitter;
}
