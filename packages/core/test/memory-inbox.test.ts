import { afterEach, expect, test, vi } from "vitest";
import { defaultRetry, retryDelayMs } from "../src/inbox/retry.ts";
import { type InboxRecord, memoryInbox, type Outcome } from "../src/index.ts";
import { contextOf } from "./support/consume-context.ts";
import { gate, record, settled } from "./support/notifications.ts";

afterEach(() => vi.useRealTimers());

const done: Outcome = { kind: "done", completed: [] };
const ids = (records: readonly InboxRecord[]) => records.map(({ id }) => id);

test("delivers in the order of put, after consume, several at a time", async () => {
  const inbox = memoryInbox();
  const records = [record("1"), record("2"), record("3")];
  for (const each of records) await inbox.put(each);
  const delivered: InboxRecord[] = [];
  const first = gate<Outcome>();
  await inbox.consume((each) => {
    delivered.push(each);
    return delivered.length === 1 ? first.promise : Promise.resolve(done);
  }, contextOf());
  expect(delivered).toEqual([]);
  await settled();
  expect(ids(delivered)).toEqual(ids(records));
  expect(inbox.pending?.()).toBe(1);
  first.open(done);
  await inbox.idle?.();
  expect(inbox.pending?.()).toBe(0);
});

test("what came long before the consumer waits for it", async () => {
  const inbox = memoryInbox();
  await inbox.put(record("1"));
  await settled();
  const deliver = vi.fn(async () => done);
  await inbox.consume(deliver, contextOf());
  await inbox.idle?.();
  expect(deliver).toHaveBeenCalledOnce();
});

test("idle waits for what is under way, and for the last of it", async () => {
  const inbox = memoryInbox();
  const held = gate<Outcome>();
  const outcomes = [Promise.resolve(done), held.promise];
  await inbox.consume(() => outcomes.shift() ?? Promise.resolve(done), contextOf());
  for (const body of ["1", "2"]) await inbox.put(record(body));
  const told: string[] = [];
  const waits = [inbox.idle?.().then(() => told.push("asked before they began"))];
  await settled();
  waits.push(inbox.idle?.().then(() => told.push("asked while one is under way")));
  await settled();
  expect(told).toEqual([]);
  held.open(done);
  await Promise.all(waits);
  expect(told).toHaveLength(2);
});

test("the same id makes no second record, not even after it was handled", async () => {
  const inbox = memoryInbox();
  const one = record("1");
  const deliver = vi.fn(async () => done);
  await inbox.consume(deliver, contextOf());
  await inbox.put(one);
  await inbox.put(one);
  await inbox.idle?.();
  await inbox.put(one);
  await inbox.idle?.();
  expect(deliver).toHaveBeenCalledTimes(1);
});

test("retry delivers again after the delay, with the attempt and what was completed", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const inbox = memoryInbox();
  const seen: unknown[] = [];
  await inbox.consume(async (_record, { attempt, completed }) => {
    seen.push([attempt, completed]);
    return attempt === 1 ? { kind: "retry", completed: ["k"], delayMs: 5_000, reason: "" } : done;
  }, contextOf());
  await inbox.put(record("1"));
  vi.advanceTimersByTime(1);
  await settled();
  expect(inbox.pending?.()).toBe(1);
  vi.advanceTimersByTime(4_999);
  await settled();
  expect(seen).toEqual([[1, []]]);
  vi.advanceTimersByTime(1);
  await settled();
  expect(seen).toEqual([
    [1, []],
    [2, ["k"]],
  ]);
});

test("remembers completed keys of every outcome, up to its limit", async () => {
  const inbox = memoryInbox({ seenLimit: 2 });
  const outcomes: Outcome[] = [
    { kind: "done", completed: ["a"] },
    { kind: "dead_letter", completed: ["b"], reason: "" },
    { kind: "done", completed: ["c"] },
    { kind: "done", completed: ["d"] },
  ];
  let seen: ReadonlySet<string> = new Set();
  await inbox.consume(async (_record, delivery) => {
    seen = await delivery.seen(["a", "b", "c", "d", "e"]);
    return outcomes.shift() ?? done;
  }, contextOf());
  for (let i = 0; i < 4; i++) {
    await inbox.put(record(String(i)));
    await inbox.idle?.();
  }
  expect([...seen].sort()).toEqual(["a", "b", "c"]);
  await inbox.put(record("4"));
  await inbox.idle?.();
  expect([...seen].sort()).toEqual(["c", "d"]);
});

test("by default a hundred thousand keys are remembered, and not for ever", async () => {
  const inbox = memoryInbox();
  const keys = Array.from({ length: 200_001 }, (_, i) => String(i));
  const outcomes: Outcome[] = [{ kind: "done", completed: keys }];
  let seen: ReadonlySet<string> = new Set();
  await inbox.consume(async (_record, delivery) => {
    seen = await delivery.seen(["0", "99999", "100000", "200000"]);
    return outcomes.shift() ?? done;
  }, contextOf());
  for (const body of ["1", "2"]) {
    await inbox.put(record(body));
    await inbox.idle?.();
  }
  expect([...seen]).toEqual(["100000", "200000"]);
});

test("dead letters are kept, the oldest give way", async () => {
  const inbox = memoryInbox({ deadLetterLimitBytes: 1_000 });
  await inbox.consume(
    async ({ id }) => ({
      kind: "dead_letter",
      completed: [],
      reason: `reason of ${id}`,
    }),
    contextOf(),
  );
  const records = [record("12345"), record("1234567")];
  for (const each of records) await inbox.put(each);
  await inbox.idle?.();
  expect(await inbox.deadLetters?.list()).toMatchObject([
    { id: records[1]?.id, reason: `reason of ${records[1]?.id}`, bytes: 7, attempts: 1 },
  ]);
});

test("a deliver that rejects dead-letters the record instead of losing it", async () => {
  const inbox = memoryInbox();
  await inbox.consume(async () => {
    throw new Error("a bug");
  }, contextOf());
  await inbox.put(record("1"));
  await inbox.idle?.();
  expect(await inbox.deadLetters?.list()).toMatchObject([{ reason: "the delivery failed" }]);
});

test("closing the consumer delivers what waits first: in memory it is all there is", async () => {
  const inbox = memoryInbox();
  const deliver = vi.fn(async () => done);
  const consumer = await inbox.consume(deliver, contextOf());
  for (let i = 0; i < 10; i++) await inbox.put(record(String(i)));
  await consumer.close();
  expect(deliver).toHaveBeenCalledTimes(10);
});

test("after close it takes nothing, and aborts what is under way", async () => {
  const inbox = memoryInbox();
  const held = gate<Outcome>();
  let signal: AbortSignal | undefined;
  await inbox.consume((_record, delivery) => {
    signal = delivery.signal;
    return held.promise;
  }, contextOf());
  await inbox.put(record("1"));
  await expect.poll(() => signal).toBeDefined();
  await inbox.close();
  await inbox.close();
  expect(signal?.aborted).toBe(true);
  await expect(inbox.put(record("2"))).rejects.toMatchObject({ code: "closing" });
});

test("retry delays grow to a limit, a fifth is left to chance, and there is a last one", () => {
  const policy = { maxAttempts: 5, minDelayMs: 1_000, maxDelayMs: 10_000, factor: 3 };
  const delays = (chance: number) =>
    [1, 2, 3, 4, 5].map((attempt) => retryDelayMs(policy, attempt, () => chance));
  expect(delays(0)).toEqual([1_000, 3_000, 9_000, 10_000, undefined]);
  expect(delays(1)).toEqual([800, 2_400, 7_200, 8_000, undefined]);
});

test("unless told otherwise it is tried ten times, at intervals from a second to an hour", () => {
  const delays = Array.from({ length: 10 }, (_, i) => retryDelayMs(defaultRetry, i + 1, () => 0));
  const seconds = [1, 3, 9, 27, 81, 243, 729, 2_187, 3_600];
  expect(delays).toEqual([...seconds.map((each) => each * 1_000), undefined]);
});

test("what fails after close waits for nothing any more", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const inbox = memoryInbox();
  const held = gate<Outcome>();
  const deliver = vi.fn(() => held.promise);
  await inbox.consume(deliver, contextOf());
  await inbox.put(record("1"));
  await vi.waitFor(() => expect(deliver).toHaveBeenCalled());
  await inbox.close();
  held.open({ kind: "retry", completed: [], delayMs: 1_000, reason: "" });
  await held.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(vi.getTimerCount()).toBe(0);
});

test("idle does not wait for what was erased", async () => {
  const inbox = memoryInbox();
  await inbox.put(record({ messages: [{ from: "12125550101" }] }));
  const idle = inbox.idle?.();
  expect(await inbox.erase?.(["12125550101"])).toBe(1);
  await idle;
  expect(inbox.pending?.()).toBe(0);
});

test("a signal that is asked for after close is aborted", async () => {
  const inbox = memoryInbox();
  const held = gate<Outcome>();
  const delivered = gate<AbortSignal>();
  let hasBegun = false;
  await inbox.consume(async (_record, delivery) => {
    hasBegun = true;
    await held.promise;
    delivered.open(delivery.signal);
    return done;
  }, contextOf());
  await inbox.put(record("a"));
  await expect.poll(() => hasBegun).toBe(true);
  await inbox.close();
  held.open(done);
  expect((await delivered.promise).aborted).toBe(true);
});

test("what is given back has not been tried, and comes again at once", async () => {
  const inbox = memoryInbox();
  const seen: unknown[] = [];
  await inbox.consume(async (_record, { attempt, completed }) => {
    seen.push([attempt, completed]);
    return seen.length === 1 ? { kind: "release", completed: ["k"] } : done;
  }, contextOf());
  await inbox.put(record("1"));
  await vi.waitFor(() => expect(seen).toHaveLength(2));
  expect(seen).toEqual([
    [1, []],
    [1, ["k"]],
  ]);
  expect(await inbox.stats?.()).toMatchObject({ waiting: 0, waitingBytes: 0 });
});

test("dead letters that are replayed are delivered as new ones", async () => {
  const inbox = memoryInbox();
  const attempts: number[] = [];
  await inbox.consume(async (_record, { attempt }) => {
    attempts.push(attempt);
    return attempts.length === 1 ? { kind: "dead_letter", completed: [], reason: "" } : done;
  }, contextOf());
  const deadLetters = record("1");
  await inbox.put(deadLetters);
  await inbox.idle?.();
  expect(await inbox.deadLetters?.replay([deadLetters.id])).toBe(1);
  await inbox.idle?.();
  expect(attempts).toEqual([1, 1]);
});

test("the logger that the consumer comes with is told of dead letters that give way", async () => {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const inbox = memoryInbox({ deadLetterLimitBytes: 600 });
  await inbox.consume(
    async () => ({ kind: "dead_letter", completed: [], reason: "" }),
    contextOf({ logger }),
  );
  await inbox.put(record("1"));
  await inbox.put(record("2"));
  await inbox.idle?.();
  expect(logger.warn).toHaveBeenCalled();
  expect(logger.error).toHaveBeenCalledWith(
    expect.objectContaining({ dropped: 1 }),
    expect.any(String),
  );
});
