import { afterEach, expect, test, vi } from "vitest";
import { type InboxRecord, memoryInbox, type Outcome } from "../src/index.ts";
import { contextOf } from "./support/consume-context.ts";
import { gate, record, settled } from "./support/notifications.ts";

afterEach(() => vi.useRealTimers());

const done: Outcome = { kind: "done", completed: [] };

test("full is inbox_full, and there is room again when records are done", async () => {
  const inbox = memoryInbox({ limitBytes: 2_000 });
  await inbox.put(record("x".repeat(600)));
  await expect(inbox.put(record("x".repeat(600)))).rejects.toMatchObject({
    code: "inbox_full",
    status: 503,
  });
  await inbox.consume(async () => done, contextOf());
  await inbox.idle?.();
  await inbox.put(record("x".repeat(600)));
});

test("what fits to the byte is taken, its overhead of 512 bytes included", async () => {
  const inbox = memoryInbox({ limitBytes: 2 * (512 + 3) });
  await inbox.put(record("123"));
  await expect(inbox.put(record("1234"))).rejects.toMatchObject({ code: "inbox_full" });
  await inbox.put(record("123"));
  await expect(inbox.put(record(""))).rejects.toMatchObject({ code: "inbox_full" });
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
  }, contextOf());
  await inbox.idle?.();
  await inbox.put(second);
  await inbox.idle?.();
  expect(delivered.at(-1)?.id).toBe(second.id);
});

test("whoever waits until it is idle needs no lull", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const inbox = memoryInbox();
  let delivered = 0;
  await inbox.consume(async () => {
    delivered++;
    return done;
  }, contextOf());
  await inbox.put(record("1"));
  await inbox.idle?.();
  expect(delivered).toBe(1);
});

test("slow handlers of many records leave the event loop free between each other", async () => {
  const inbox = memoryInbox();
  const log: string[] = [];
  for (let i = 0; i < 3; i++) await inbox.put(record("1"));
  await inbox.consume(async () => {
    log.push("handled");
    for (const end = performance.now() + 5; performance.now() < end; );
    return done;
  }, contextOf());
  while (log.length < 5) {
    await new Promise((resolve) => setImmediate(resolve));
    if (log.at(-1) === "handled") log.push("free");
  }
  expect(log.slice(0, 5)).toEqual(["handled", "free", "handled", "free", "handled"]);
});

test("few that wait are handed over as they came, in the memory that they came in", async () => {
  const inbox = memoryInbox();
  const sent = [record("1"), record("2")];
  const delivered: InboxRecord[] = [];
  for (const each of sent) await inbox.put(each);
  await inbox.consume(async (each) => {
    delivered.push(each);
    return done;
  }, contextOf());
  await inbox.idle?.();
  expect(delivered[0]?.body).toBe(sent[0]?.body);
  expect(delivered[1]?.body).toBe(sent[1]?.body);
});

test("many that wait share memory, and let go of it before they wait for a retry or are dead-lettered", async () => {
  const inbox = memoryInbox();
  const body = new Uint8Array([1, 2, 3]);
  const records = Array.from({ length: 600 }, (_, i) => ({ ...record(String(i)), body }));
  for (const each of records) await inbox.put(each);
  const last = records.at(-1)?.id;
  const isShared: boolean[] = [];
  await inbox.consume(async ({ id, body: { byteLength, buffer } }, { attempt }) => {
    if (id !== last) return done;
    isShared.push(byteLength < buffer.byteLength);
    return attempt === 1
      ? { kind: "retry", completed: [], delayMs: 0, reason: "" }
      : { kind: "dead_letter", completed: [], reason: "" };
  }, contextOf());
  await expect.poll(() => isShared).toEqual([true, false]);
  await inbox.idle?.();
  expect((await inbox.deadLetters?.show(last ?? ""))?.body).toEqual(body);
});

test("tells what waits, is under way or will be tried again, and the oldest of it", async () => {
  const inbox = memoryInbox();
  const empty = { deadLetters: 0, deadLetterBytes: 0, deadLetterLimitBytes: 8 * 1024 * 1024 };
  expect(await inbox.stats?.()).toStrictEqual({ waiting: 0, waitingBytes: 0, ...empty });
  const held = gate<Outcome>();
  const outcomes = [
    Promise.resolve<Outcome>({ kind: "retry", completed: [], delayMs: 60_000, reason: "" }),
    held.promise,
  ];
  const consumer = inbox.consume(() => outcomes.shift() ?? new Promise(() => {}), contextOf());
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
  }, contextOf());
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
  }, contextOf());
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

test("no more is handed over at one time than the window takes, and the rest follows", async () => {
  const inbox = memoryInbox();
  const held: (() => void)[] = [];
  await inbox.consume(
    () => new Promise((resolve) => held.push(() => resolve({ kind: "done", completed: [] }))),
    contextOf(),
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

test.each([
  ["two leave room, so that a third begins", [6, 6, 6, 6], 3],
  ["two fill it", [6, 10, 1], 2],
])("nor more bytes than that: %s", async (_what, sizes, fitting) => {
  const inbox = memoryInbox();
  const held: (() => void)[] = [];
  await inbox.consume(
    () => new Promise((resolve) => held.push(() => resolve({ kind: "done", completed: [] }))),
    contextOf(),
  );
  for (const size of sizes)
    await inbox.put({ ...record(""), body: Buffer.alloc(size * 1024 * 1024) });
  await settled(10);
  expect(held).toHaveLength(fitting);
  held[0]?.();
  await vi.waitFor(() => expect(held).toHaveLength(fitting + 1));
  for (const end of held) end();
  await inbox.idle?.();
});
