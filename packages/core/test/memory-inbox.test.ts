import { afterEach, expect, test, vi } from "vitest";
import { retryDelayMs } from "../src/inbox/retry.ts";
import { type InboxRecord, memoryInbox, type Outcome } from "../src/index.ts";
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
  });
  expect(delivered).toEqual([]);
  await settled();
  expect(ids(delivered)).toEqual(ids(records));
  expect(inbox.pending?.()).toBe(1);
  first.open(done);
  await inbox.idle?.();
  expect(inbox.pending?.()).toBe(0);
});

test("the same id makes no second record, not even after it was handled", async () => {
  const inbox = memoryInbox();
  const one = record("1");
  const deliver = vi.fn(async () => done);
  await inbox.consume(deliver);
  await inbox.put(one);
  await inbox.put(one);
  await inbox.idle?.();
  await inbox.put(one);
  await inbox.idle?.();
  expect(deliver).toHaveBeenCalledTimes(1);
});

test("full is inbox_full, and there is room again when records are done", async () => {
  const inbox = memoryInbox({ limitBytes: 2_000 });
  await inbox.put(record("x".repeat(600)));
  await expect(inbox.put(record("x".repeat(600)))).rejects.toMatchObject({
    code: "inbox_full",
    status: 503,
  });
  await inbox.consume(async () => done);
  await inbox.idle?.();
  await inbox.put(record("x".repeat(600)));
});

test("a refused record is taken when it comes again", async () => {
  const inbox = memoryInbox({ limitBytes: 2_000 });
  const second = record("x".repeat(600));
  await inbox.put(record("x".repeat(600)));
  await expect(inbox.put(second)).rejects.toMatchObject({ code: "inbox_full" });
  const delivered: InboxRecord[] = [];
  await inbox.consume(async (each) => {
    delivered.push(each);
    return done;
  });
  await inbox.idle?.();
  await inbox.put(second);
  await inbox.idle?.();
  expect(delivered.at(-1)?.id).toBe(second.id);
});

test("retry delivers again after the delay, with the attempt and what was completed", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const inbox = memoryInbox();
  const seen: unknown[] = [];
  await inbox.consume(async (_record, { attempt, completed }) => {
    seen.push([attempt, completed]);
    return attempt === 1 ? { kind: "retry", completed: ["k"], delayMs: 5_000, reason: "" } : done;
  });
  await inbox.put(record("1"));
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
    { kind: "bury", completed: ["b"], reason: "" },
    { kind: "done", completed: ["c"] },
    { kind: "done", completed: ["d"] },
  ];
  let seen: ReadonlySet<string> = new Set();
  await inbox.consume(async (_record, delivery) => {
    seen = await delivery.seen(["a", "b", "c", "d", "e"]);
    return outcomes.shift() ?? done;
  });
  for (let i = 0; i < 4; i++) {
    await inbox.put(record(String(i)));
    await inbox.idle?.();
  }
  expect([...seen].sort()).toEqual(["a", "b", "c"]);
  await inbox.put(record("4"));
  await inbox.idle?.();
  expect([...seen].sort()).toEqual(["c", "d"]);
});

test("buried records are kept, the oldest give way", async () => {
  const inbox = memoryInbox({ buriedLimitBytes: 1_000 });
  await inbox.consume(async ({ id }) => ({
    kind: "bury",
    completed: [],
    reason: `reason of ${id}`,
  }));
  const records = [record("12345"), record("1234567")];
  for (const each of records) await inbox.put(each);
  await inbox.idle?.();
  expect(await inbox.deadLetters?.list()).toMatchObject([
    { id: records[1]?.id, reason: `reason of ${records[1]?.id}`, bytes: 7, attempts: 1 },
  ]);
});

test("a deliver that rejects buries the record instead of losing it", async () => {
  const inbox = memoryInbox();
  await inbox.consume(async () => {
    throw new Error("a bug");
  });
  await inbox.put(record("1"));
  await inbox.idle?.();
  expect(await inbox.deadLetters?.list()).toHaveLength(1);
});

test("closing the consumer delivers what waits first: in memory it is all there is", async () => {
  const inbox = memoryInbox();
  const deliver = vi.fn(async () => done);
  const consumer = await inbox.consume(deliver);
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
  });
  await inbox.put(record("1"));
  await settled();
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
  await inbox.consume(async (_record, delivery) => {
    await held.promise;
    delivered.open(delivery.signal);
    return done;
  });
  await inbox.put(record("a"));
  await settled();
  await inbox.close();
  held.open(done);
  expect((await delivered.promise).aborted).toBe(true);
});

test("tells what waits, is under way or will be tried again, and the oldest of it", async () => {
  const inbox = memoryInbox();
  const empty = { buried: 0, buriedBytes: 0, buriedLimitBytes: 8 * 1024 * 1024 };
  expect(await inbox.stats?.()).toEqual({ waiting: 0, waitingBytes: 0, ...empty });
  const held = gate<Outcome>();
  const outcomes = [
    Promise.resolve<Outcome>({ kind: "retry", completed: [], delayMs: 60_000, reason: "" }),
    held.promise,
  ];
  const consumer = inbox.consume(() => outcomes.shift() ?? new Promise(() => {}));
  await inbox.put({ ...record("123"), receivedAt: 2_000 });
  await inbox.put({ ...record("12345"), receivedAt: 1_000 });
  await settled();
  await inbox.put({ ...record("1"), receivedAt: 3_000 });
  const stats = { waiting: 3, waitingBytes: 9, oldestReceivedAt: 1_000, ...empty };
  expect(await inbox.stats?.()).toEqual(stats);
  expect(inbox.pending?.()).toBe(3);
  held.open(done);
  await settled();
  expect(await inbox.stats?.()).toEqual({
    waiting: 2,
    waitingBytes: 4,
    oldestReceivedAt: 2_000,
    ...empty,
  });
  await consumer;
  await inbox.close();
});

test("one person's items are taken out of what waits and of what will be tried again", async () => {
  const inbox = memoryInbox();
  const [ann, bob] = ["12125550101", "12125550102"];
  const body = (...people: (string | undefined)[]): object => ({
    messages: people.map((from) => ({ from })),
  });
  const retry: Outcome = { kind: "retry", completed: [], delayMs: 60_000, reason: "" };
  let isFirst = true;
  const bodies: string[] = [];
  const consumer = await inbox.consume(async (each) => {
    bodies.push(Buffer.from(each.body).toString());
    return isFirst ? retry : done;
  });
  await inbox.put(record(body(ann)));
  await inbox.put(record(body(ann, bob)));
  await settled();
  await consumer.close();
  isFirst = false;
  await inbox.put(record(body(bob, ann)));
  await inbox.put(record(body(bob)));
  expect(await inbox.erase?.([ann as string])).toBe(3);
  expect(inbox.pending?.()).toBe(3);
  const bytes = JSON.stringify(body(bob)).length;
  expect(await inbox.stats?.()).toMatchObject({ waiting: 3, waitingBytes: 3 * bytes });
  bodies.splice(0);
  await inbox.consume(async (each) => {
    bodies.push(Buffer.from(each.body).toString());
    return done;
  });
  await inbox.idle?.();
  expect(bodies).toEqual([JSON.stringify(body(bob)), JSON.stringify(body(bob))]);
  await inbox.close();
});

test("what is full takes what it has already: it is only told again", async () => {
  const inbox = memoryInbox({ limitBytes: 1_000 });
  const first = record("x".repeat(400));
  await inbox.put(first);
  await inbox.put(first);
  await expect(inbox.put(record("x".repeat(400)))).rejects.toMatchObject({ code: "inbox_full" });
  await inbox.close();
  await inbox.put(first);
});

test("what is given back has not been tried, and comes again at once", async () => {
  const inbox = memoryInbox();
  const seen: unknown[] = [];
  await inbox.consume(async (_record, { attempt, completed }) => {
    seen.push([attempt, completed]);
    return seen.length === 1 ? { kind: "release", completed: ["k"] } : done;
  });
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
    return attempts.length === 1 ? { kind: "bury", completed: [], reason: "" } : done;
  });
  const buried = record("1");
  await inbox.put(buried);
  await inbox.idle?.();
  expect(await inbox.deadLetters?.replay([buried.id])).toBe(1);
  await inbox.idle?.();
  expect(attempts).toEqual([1, 1]);
});

test("the logger that the consumer comes with is told of dead letters that give way", async () => {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const inbox = memoryInbox({ buriedLimitBytes: 600 });
  await inbox.consume(async () => ({ kind: "bury", completed: [], reason: "" }), logger);
  await inbox.put(record("1"));
  await inbox.put(record("2"));
  await inbox.idle?.();
  expect(logger.warn).toHaveBeenCalled();
  expect(logger.error).toHaveBeenCalledWith(
    expect.objectContaining({ dropped: 1 }),
    expect.any(String),
  );
});

test("no more is handed over at one time than the window takes, and the rest follows", async () => {
  const inbox = memoryInbox();
  const held: (() => void)[] = [];
  await inbox.consume(
    () => new Promise((resolve) => held.push(() => resolve({ kind: "done", completed: [] }))),
  );
  for (let i = 0; i < 4_100; i++) await inbox.put(record("1"));
  await vi.waitFor(() => expect(held).toHaveLength(4_096));
  await settled();
  expect(held).toHaveLength(4_096);
  held[0]?.();
  await vi.waitFor(() => expect(held).toHaveLength(4_097));
  for (const end of held.splice(0)) end();
  await vi.waitFor(() => expect(held).toHaveLength(3));
  for (const end of held.splice(0)) end();
  await inbox.idle?.();
});

test("nor more bytes than that", async () => {
  const inbox = memoryInbox();
  const large = (): InboxRecord => ({ ...record(""), body: Buffer.alloc(6 * 1024 * 1024) });
  const held: (() => void)[] = [];
  await inbox.consume(
    () => new Promise((resolve) => held.push(() => resolve({ kind: "done", completed: [] }))),
  );
  for (let i = 0; i < 4; i++) await inbox.put(large());
  await settled(10);
  // Two leave room, so that a third begins.
  expect(held).toHaveLength(3);
  held[0]?.();
  await vi.waitFor(() => expect(held).toHaveLength(4));
  for (const end of held) end();
  await inbox.idle?.();
});
