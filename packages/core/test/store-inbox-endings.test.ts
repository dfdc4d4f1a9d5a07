import { expect, onTestFinished, test, vi } from "vitest";
import {
  type ClaimedRecord,
  type InboxRecord,
  type Outcome,
  storeInbox,
  WebhookError,
} from "../src/index.ts";
import { contextOf } from "./support/consume-context.ts";
import { gate, record, settled } from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";

const done: Outcome = { kind: "done", completed: ["key"] };

test("a delivery that rejects is put back after a second, and the log says so, once a minute", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const settles: unknown[] = [];
  const { store } = tame({
    commit: async (commit) => {
      settles.push(...commit.settles);
      return [];
    },
  });
  const inbox = storeInbox(store);
  const failed = new TypeError("SELECT … 'wamid.1'");
  await inbox.consume(async () => Promise.reject(failed), contextOf({ logger }));
  await inbox.idle?.();
  await inbox.put(record("a"));
  await inbox.put(record("b"));
  await settled();
  vi.advanceTimersByTime(999);
  await settled();
  expect(settles).toEqual([]);
  expect(inbox.pending?.()).toBe(2);
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(5);
  await inbox.idle?.();
  // No handler ran: it costs no attempt.
  const putBack = { id: expect.any(String), kind: "release", completed: [] };
  expect(settles).toEqual([putBack, putBack]);
  expect(logger.error.mock.calls).toEqual([
    [
      // By its kind: what a store throws may quote keys.
      { code: "inbox_failed", cause: "TypeError" },
      expect.stringContaining("it comes again"),
    ],
  ]);
  await inbox.close();
});

test("what has ended is written with the next notification, after a moment, or when the inbox closes", async () => {
  // Its moment comes when the test says so.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const commits: string[] = [];
  const { store } = tame({
    commit: async ({ appends, settles }) => {
      const ids = [
        ...appends.map(({ record: { id } }) => `+${id}`),
        ...settles.map(({ id }) => id),
      ];
      commits.push(ids.join(" "));
      return [];
    },
  });
  const inbox = storeInbox(store);
  await inbox.consume(async () => done, contextOf());
  await inbox.idle?.();
  const handled = async (id: string): Promise<void> => {
    await inbox.put({ ...record(id), id });
    await settled();
  };
  await handled("a");
  expect(commits).toEqual(["+a"]);
  await handled("b");
  expect(commits).toEqual(["+a", "+b a"]);
  vi.advanceTimersByTime(5);
  await settled();
  expect(commits).toEqual(["+a", "+b a", "b"]);
  await handled("c");
  await inbox.close();
  expect(commits).toEqual(["+a", "+b a", "b", "+c", "c"]);
});

test("where there is no room what has ended is written all the same, and not again", async () => {
  // What has ended is to wait for what comes.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const ended: string[] = [];
  let isFull = false;
  const { store } = tame({
    commit: async ({ appends, settles }) => {
      ended.push(...settles.map(({ id }) => id));
      if (isFull && appends.length > 0) throw new WebhookError("inbox_full", "no room.");
      return [];
    },
  });
  const inbox = storeInbox(store);
  const held = gate<Outcome>();
  await inbox.consume(() => held.promise, contextOf());
  await inbox.idle?.();
  await inbox.put({ ...record("a"), id: "a" });
  isFull = true;
  held.open(done);
  await settled();
  expect(ended).toEqual([]);
  await expect(inbox.put(record("b"))).rejects.toThrow("no room");
  await inbox.idle?.();
  expect(ended).toEqual(["a"]);
  expect(inbox.pending?.()).toBe(0);
  await inbox.close();
});

test("what has ended is kept for a later commit, whatever error the store fails with", async () => {
  const failures = [new WebhookError("inbox_failed", "away."), new Error("away")];
  const ended: string[] = [];
  let fails = false;
  const { store } = tame({
    commit: async ({ settles }) => {
      const failure = fails && settles.length > 0 ? failures.shift() : undefined;
      if (failure !== undefined) throw failure;
      ended.push(...settles.map(({ id }) => id));
      return [];
    },
  });
  const inbox = storeInbox(store, { pollMs: 5 });
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  await inbox.consume(async () => done, contextOf({ logger }));
  await inbox.idle?.();
  fails = true;
  await inbox.put({ ...record("a"), id: "a" });
  await vi.waitFor(() => expect(ended).toEqual(["a"]));
  expect(failures).toEqual([]);
  await inbox.close();
});

test("what is in it is the store's to tell, and to erase", async () => {
  const body = Buffer.from('{"messages":[{"from":"12125550101"}]}');
  const stored = { ...record(""), body };
  const replace = vi.fn(async () => true);
  const { store } = tame({
    find: async ({ deadLetters }) => ({ ids: deadLetters ? [stored.id] : [] }),
    get: async () => stored,
    replace,
  });
  const inbox = storeInbox(store);
  expect(await inbox.stats?.()).toEqual(await store.stats());
  expect(await inbox.erase?.(["12125550101"])).toBe(1);
  expect(replace).toHaveBeenCalledWith(stored.id, undefined, stored.body);
  await inbox.close();
});

test("after close it takes nothing, and closing again is the same closing", async () => {
  const close = vi.fn(async () => {});
  const inbox = storeInbox(tame({ close }).store);
  const closing = inbox.close();
  await expect(inbox.put(record("a"))).rejects.toMatchObject({ code: "closing" });
  expect(inbox.close()).toBe(closing);
  await closing;
  expect(close).toHaveBeenCalledTimes(1);
});

test("dead letters that are due again are taken at once", async () => {
  const deadLetters = record("a");
  const due: InboxRecord[] = [];
  const { store } = tame({
    listDeadLetters: async ({ after = 0, limit }) => [
      {
        ...deadLetters,
        position: 1,
        deadLetteredAt: 0,
        attempts: 3,
        reason: "",
        bytes: after + limit,
      },
    ],
    get: async (id) => (id === deadLetters.id ? deadLetters : undefined),
    revive: async (ids) => due.push(...ids.map(() => deadLetters)),
    discard: async (ids) => ids.length,
    claim: async () => due.splice(0).map((each) => ({ record: each, attempts: 0, completed: [] })),
  });
  const inbox = storeInbox(store, { pollMs: 60_000 });
  const delivered: string[] = [];
  await inbox.consume(async ({ id }) => {
    delivered.push(id);
    return done;
  }, contextOf());
  await inbox.idle?.();
  expect(await inbox.deadLetters?.list()).toMatchObject([{ id: deadLetters.id, bytes: 100 }]);
  expect(await inbox.deadLetters?.list({ after: 7, limit: 10 })).toMatchObject([{ bytes: 17 }]);
  expect(await inbox.deadLetters?.show(deadLetters.id)).toBe(deadLetters);
  expect(await inbox.deadLetters?.discard(["b", "c"])).toBe(2);
  expect(await inbox.deadLetters?.replay([deadLetters.id])).toBe(1);
  await inbox.idle?.();
  expect(delivered).toEqual([deadLetters.id]);
  await inbox.close();
});

test.each([
  ["its consumer", "consumer"],
  ["the inbox", "inbox"],
] as const)(
  "what failed to be handed over is put back at once when %s is closed",
  async (_what, which) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { store, commits } = tame();
    const inbox = storeInbox(store);
    const logger = { debug() {}, info() {}, warn() {}, error: vi.fn() };
    const late = gate<Outcome>();
    const consumer = await inbox.consume(
      async ({ id }) => (id === "late" ? late.promise : Promise.reject(new Error("a bug"))),
      contextOf({ logger }),
    );
    await inbox.idle?.();
    await inbox.put({ ...record("a"), id: "early" });
    await inbox.put({ ...record("b"), id: "late" });
    await settled();
    const closing = which === "consumer" ? consumer.close() : inbox.close();
    late.fail(new Error("a bug"));
    await settled();
    vi.advanceTimersByTime(5);
    await closing;
    const ids = commits.flatMap(({ settles }) => settles.map(({ id, kind }) => `${kind} ${id}`));
    expect(ids).toContain("release early");
    if (which === "consumer") expect(ids).toContain("release late");
    await inbox.close();
    expect(vi.getTimerCount()).toBe(0);
  },
);

test("a consumer that is closed hands over no more, and gives back what it has taken", async () => {
  const first = gate<readonly ClaimedRecord[]>();
  const waiting = record("a");
  let claims = 0;
  const { store, commits } = tame({
    claim: async () => (++claims === 1 ? first.promise : []),
  });
  const inbox = storeInbox(store);
  const deliver = vi.fn(async () => done);
  const consumer = await inbox.consume(deliver, contextOf());
  const closing = consumer.close();
  first.open([{ record: waiting, attempts: 2, completed: ["k"] }]);
  await closing;
  expect(deliver).not.toHaveBeenCalled();
  expect(commits.flatMap(({ settles }) => settles)).toEqual([
    { id: waiting.id, kind: "release", completed: ["k"] },
  ]);
  await inbox.close();
});
