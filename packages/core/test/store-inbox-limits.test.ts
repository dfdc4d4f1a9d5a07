import { afterEach, expect, test, vi } from "vitest";
import { type Outcome, storeInbox, WebhookError } from "../src/index.ts";
import { capturedLog } from "./support/captured-log.ts";
import { contextOf } from "./support/consume-context.ts";
import { gate, record, settled } from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";

afterEach(() => vi.useRealTimers());

const done: Outcome = { kind: "done", completed: [] };
const MIB = 1024 * 1024;

test("unless told otherwise 64 MiB may wait to be written", async () => {
  const commit = gate<readonly string[]>();
  const inbox = storeInbox(tame({ commit: () => commit.promise }).store);
  const body = Buffer.alloc(MIB);
  const puts = Array.from({ length: 64 }, () => inbox.put({ ...record(""), body }));
  await expect(inbox.put(record("1"))).rejects.toMatchObject({ code: "inbox_full" });
  commit.open([]);
  await Promise.all(puts);
  await inbox.close();
});

test("what came while the store was found full is tried, however long that took: what ended with it made room", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const first = gate<readonly string[]>();
  let commits = 0;
  const { store } = tame({ commit: async () => (++commits === 1 ? first.promise : []) });
  const inbox = storeInbox(store);
  const refused = inbox.put(record("a"));
  const waits = inbox.put(record("b"));
  vi.advanceTimersByTime(5_000);
  first.fail(new WebhookError("inbox_full", "no room."));
  await expect(refused).rejects.toThrow("no room");
  await waits;
  expect(commits).toBe(2);
  await inbox.close();
});

test("unless told otherwise 4,096 records of 16 MiB in all are held, and the store is looked at twice a second", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const claim = vi.fn(async () => []);
  const inbox = storeInbox(tame({ claim }).store);
  await inbox.consume(async () => done, contextOf());
  await inbox.idle?.();
  expect(claim).toHaveBeenCalledWith({ records: 4_096, bytes: 16 * MIB });
  const before = claim.mock.calls.length;
  vi.advanceTimersByTime(499);
  await settled();
  expect(claim).toHaveBeenCalledTimes(before);
  vi.advanceTimersByTime(1);
  await settled();
  expect(claim).toHaveBeenCalledTimes(before + 1);
  await inbox.close();
  expect(vi.getTimerCount()).toBe(0);
});

test("what is asked of the store is what there is room for", async () => {
  const rooms: unknown[] = [];
  const rows = [record("12345")].map((each) => ({ record: each, attempts: 0, completed: [] }));
  const { store } = tame({
    claim: async (room) => {
      rooms.push(room);
      return rows.splice(0);
    },
  });
  const inbox = storeInbox(store, { windowRecords: 10, windowBytes: 100 });
  const held = gate<Outcome>();
  await inbox.consume(() => held.promise, contextOf());
  await vi.waitFor(() => expect(rooms.length).toBeGreaterThan(1));
  expect(rooms.slice(0, 2)).toEqual([
    { records: 10, bytes: 100 },
    { records: 9, bytes: 95 },
  ]);
  held.open(done);
  await inbox.idle?.();
  await inbox.close();
});

test("with as many bytes as may be held nothing more is, until some of it has ended", async () => {
  const stored: boolean[] = [];
  const { store } = tame({
    commit: async ({ appends }) => {
      for (const { held } of appends) stored.push(held);
      return [];
    },
  });
  const inbox = storeInbox(store, { windowBytes: 8, pollMs: 60_000 });
  const held = gate<Outcome>();
  await inbox.consume(() => held.promise, contextOf());
  await inbox.idle?.();
  for (const body of ["1234", "5678", "9"]) await inbox.put(record(body));
  expect(stored).toEqual([true, true, false]);
  held.open(done);
  await inbox.idle?.();
  await inbox.put(record("9"));
  expect(stored.at(-1)).toBe(true);
  await inbox.idle?.();
  await inbox.close();
});

test("a record that comes again while it is handled is held once", async () => {
  const known = new Set<string>();
  const { store } = tame({
    commit: async ({ appends }) => {
      const left = appends.map(({ record: { id } }) => id).filter((id) => known.has(id));
      for (const { record: each } of appends) known.add(each.id);
      return left;
    },
  });
  const inbox = storeInbox(store);
  const held = gate<Outcome>();
  const deliver = vi.fn(() => held.promise);
  await inbox.consume(deliver, contextOf());
  await inbox.idle?.();
  const one = record("1");
  await inbox.put(one);
  await inbox.put(one);
  await settled();
  expect(inbox.pending?.()).toBe(1);
  held.open(done);
  await inbox.idle?.();
  expect(inbox.pending?.()).toBe(0);
  expect(deliver).toHaveBeenCalledOnce();
  await inbox.close();
});

test("once a minute what is too old goes, and people are told of dead letters that need room", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  const stats = {
    waiting: 0,
    waitingBytes: 0,
    deadLetters: 9,
    deadLetterBytes: 900,
    deadLetterLimitBytes: 1_000,
    deadLettersDropped: 0,
  };
  const prune = vi.fn(async () => {});
  const log = capturedLog();
  const inbox = storeInbox(tame({ prune, stats: async () => stats }).store, { pollMs: 1_000 });
  await inbox.consume(async () => done, contextOf({ logger: log }));
  vi.advanceTimersByTime(60_000);
  await settled();
  expect(prune).toHaveBeenCalledTimes(1);
  expect(log.lines).toMatchObject([{ level: "warn", details: { deadLetters: 9 } }]);
  vi.advanceTimersByTime(1_000);
  await settled();
  expect(prune).toHaveBeenCalledTimes(2);
  await inbox.close();
});

test("that what is too old cannot be removed now is no reason to stop", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  const claim = vi.fn(async () => []);
  const prune = vi.fn(() => Promise.reject(new Error("locked")));
  const inbox = storeInbox(tame({ claim, prune }).store, { pollMs: 1 });
  await inbox.consume(async () => done, contextOf());
  await vi.waitFor(() => expect(prune).toHaveBeenCalled());
  const before = claim.mock.calls.length;
  await vi.waitFor(() => expect(claim.mock.calls.length).toBeGreaterThan(before + 1));
  await inbox.close();
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("with nothing to write nothing is written, however often it is looked", async () => {
  const claim = vi.fn(async () => []);
  const { store, commits } = tame({ claim });
  const inbox = storeInbox(store, { pollMs: 1 });
  await inbox.consume(async () => done, contextOf());
  await vi.waitFor(() => expect(claim.mock.calls.length).toBeGreaterThan(4));
  await inbox.close();
  expect(commits).toEqual([]);
});
