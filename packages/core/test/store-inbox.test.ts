import { expect, onTestFinished, test, vi } from "vitest";
import {
  type ClaimedRecord,
  type Deliver,
  type InboxRecord,
  type Outcome,
  storeInbox,
  WebhookError,
} from "../src/index.ts";
import { gate, record, settled } from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";

const done: Outcome = { kind: "done", completed: ["key"] };

test("one commit is under way; what arrives meanwhile joins the next", async () => {
  const first = gate<readonly string[]>();
  const sizes: number[] = [];
  const { store } = tame({
    commit: async ({ appends }) => {
      sizes.push(appends.length);
      return sizes.length === 1 ? first.promise : [];
    },
  });
  const inbox = storeInbox(store);
  const puts = Array.from({ length: 10 }, (_, i) => inbox.put(record(String(i))));
  await settled();
  expect(sizes).toEqual([1]);
  first.open([]);
  await Promise.all(puts);
  expect(sizes).toEqual([1, 9]);
  await inbox.close();
});

test("a put resolves after its commit and not before, and rejects with its commit's error", async () => {
  const commit = gate<readonly string[]>();
  const inbox = storeInbox(tame({ commit: () => commit.promise }).store);
  let isStored = false;
  const put = inbox.put(record("a")).then(() => {
    isStored = true;
  });
  await settled();
  expect(isStored).toBe(false);
  const refused = new Error("disk full");
  commit.fail(refused);
  await expect(put).rejects.toBe(refused);
  await inbox.close();
});

test("what waits to be written is bounded", async () => {
  const commit = gate<readonly string[]>();
  const inbox = storeInbox(tame({ commit: () => commit.promise }).store, { pendingLimitBytes: 10 });
  const first = inbox.put(record("12345678"));
  await expect(inbox.put(record("12345678"))).rejects.toMatchObject({
    code: "inbox_full",
    status: 503,
  });
  commit.open([]);
  await first;
  await inbox.put(record("12345678"));
  await inbox.close();
});

test("an outcome that could not be written is written with a later commit, and is not delivered again meanwhile", async () => {
  let isFull = false;
  const settles: string[] = [];
  const { store } = tame({
    commit: async (commit) => {
      if (isFull) throw new Error("disk full");
      settles.push(...commit.settles.map(({ kind, completed }) => `${kind} ${completed}`));
      return [];
    },
  });
  const inbox = storeInbox(store, { pollMs: 10 });
  const delivered: InboxRecord[] = [];
  const answer = gate<Outcome>();
  await inbox.consume((each) => {
    delivered.push(each);
    return answer.promise;
  });
  await settled();
  await inbox.put(record("a"));
  await settled();
  isFull = true;
  answer.open(done);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(settles).toEqual([]);
  isFull = false;
  await inbox.idle?.();
  expect(settles).toEqual(["done key"]);
  expect(delivered).toHaveLength(1);
  await inbox.close();
});

test("a record of which the store knows already is not delivered from memory", async () => {
  const known = record("known");
  const { store } = tame({ commit: async () => [known.id] });
  const inbox = storeInbox(store);
  const delivered: InboxRecord[] = [];
  await inbox.consume(async (each) => {
    delivered.push(each);
    return done;
  });
  await settled();
  await inbox.put(known);
  await settled(10);
  expect(delivered).toEqual([]);
  await inbox.close();
});

test("what does not fit into the window stays in the store, and newer records do not overtake it", async () => {
  const rows: InboxRecord[] = [];
  const { store } = tame({
    commit: async ({ appends }) => {
      for (const { record: each, held } of appends) if (!held) rows.push(each);
      return [];
    },
    claim: async ({ records }) =>
      rows.splice(0, records).map((each) => ({ record: each, attempts: 0, completed: [] })),
  });
  const inbox = storeInbox(store, { windowRecords: 2, pollMs: 10 });
  const order: string[] = [];
  let underWay = 0;
  let most = 0;
  const deliver: Deliver = async ({ body }) => {
    order.push(Buffer.from(body).toString());
    most = Math.max(most, ++underWay);
    await settled(2);
    underWay--;
    return done;
  };
  await inbox.consume(deliver);
  await settled();
  const bodies = Array.from({ length: 50 }, (_, i) => String(i));
  for (const body of bodies) await inbox.put(record(body));
  await inbox.idle?.();
  expect(order).toEqual(bodies);
  expect(most).toBeLessThanOrEqual(2);
  await inbox.close();
});

test("a store that cannot be read is asked again", async () => {
  let asked = 0;
  const waiting = record("a");
  const { store } = tame({
    claim: async () => {
      asked++;
      if (asked === 1) throw new Error("locked");
      return asked === 2 ? [{ record: waiting, attempts: 4, completed: ["k"] }] : [];
    },
  });
  const inbox = storeInbox(store, { pollMs: 10 });
  const delivered = gate<unknown>();
  await inbox.consume(async (each, { attempt, completed }) => {
    delivered.open([each.id, attempt, completed]);
    return done;
  });
  expect(await delivered.promise).toEqual([waiting.id, 5, ["k"]]);
  await inbox.close();
});

test("one that fell behind catches up under load: new records are delivered from memory again", async () => {
  const inStore: InboxRecord[] = [];
  const held: boolean[] = [];
  const { store } = tame({
    commit: async ({ appends }) => {
      await settled(1);
      for (const append of appends) {
        held.push(append.held);
        if (!append.held) inStore.push(append.record);
      }
      return [];
    },
    claim: async ({ records }) => {
      await settled(1);
      return inStore.splice(0, records).map((each) => ({
        record: each,
        attempts: 0,
        completed: [],
      }));
    },
  });
  const inbox = storeInbox(store);
  for (let i = 0; i < 2_000; i++) void inbox.put(record("before"));
  const delivered: string[] = [];
  await inbox.consume(async ({ id }) => {
    delivered.push(id);
    return done;
  });
  const ids: string[] = [];
  const putter = async () => {
    for (let i = 0; i < 100; i++) {
      const each = record("under load");
      ids.push(each.id);
      await inbox.put(each);
    }
  };
  await Promise.all(Array.from({ length: 20 }, putter));
  await inbox.idle?.();
  expect(held.slice(-200)).not.toContain(false);
  expect(delivered).toHaveLength(4_000);
  expect(delivered.slice(2_000)).toEqual(ids);
  await inbox.close();
});

test("what is put while a claim is under way is taken by the next one, at once, and idle waits for it", async () => {
  const rows: InboxRecord[] = [];
  const first = gate<readonly []>();
  let claims = 0;
  const { store } = tame({
    commit: async ({ appends }) => {
      for (const { record: each, held } of appends) if (!held) rows.push(each);
      return [];
    },
    claim: async () => {
      if (++claims === 1) return first.promise;
      return rows.splice(0).map((each) => ({ record: each, attempts: 0, completed: [] }));
    },
  });
  const inbox = storeInbox(store, { pollMs: 60_000 });
  const delivered: string[] = [];
  await inbox.consume(async ({ body }) => {
    delivered.push(Buffer.from(body).toString());
    return done;
  });
  await inbox.put(record("a"));
  const idle = inbox.idle?.();
  first.open([]);
  await idle;
  expect(delivered).toEqual(["a"]);
  await inbox.put(record("b"));
  await inbox.idle?.();
  expect(delivered).toEqual(["a", "b"]);
  await inbox.close();
});

test("a delivery that rejects comes again, and the log says so, once a minute", async () => {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const settles: unknown[] = [];
  const { store } = tame({
    commit: async (commit) => {
      settles.push(...commit.settles);
      return [];
    },
  });
  const inbox = storeInbox(store);
  await inbox.consume(async () => Promise.reject(new Error("a bug")), logger);
  await inbox.idle?.();
  await inbox.put(record("a"));
  await inbox.put(record("b"));
  await inbox.idle?.();
  expect(settles).toMatchObject([{ kind: "retry" }, { kind: "retry" }]);
  expect(logger.error.mock.calls).toEqual([
    [
      { code: "inbox_failed", err: expect.objectContaining({ message: "a bug" }) },
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
  await inbox.consume(async () => done);
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
  const settled: string[] = [];
  let isFull = false;
  const { store } = tame({
    commit: async ({ appends, settles }) => {
      settled.push(...settles.map(({ id }) => id));
      if (isFull && appends.length > 0) throw new WebhookError("inbox_full", "no room.");
      return [];
    },
  });
  const inbox = storeInbox(store);
  const held = gate<Outcome>();
  await inbox.consume(() => held.promise);
  await inbox.idle?.();
  await inbox.put({ ...record("a"), id: "a" });
  isFull = true;
  held.open(done);
  await vi.waitFor(() => expect(inbox.put(record("b"))).rejects.toThrow("no room"));
  await inbox.idle?.();
  expect(settled).toEqual(["a"]);
  expect(inbox.pending?.()).toBe(0);
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
  const buried = record("a");
  const due: InboxRecord[] = [];
  const { store } = tame({
    listBuried: async ({ after = 0, limit }) => [
      { ...buried, position: 1, buriedAt: 0, attempts: 3, reason: "", bytes: after + limit },
    ],
    get: async (id) => (id === buried.id ? buried : undefined),
    revive: async (ids) => due.push(...ids.map(() => buried)),
    discard: async (ids) => ids.length,
    claim: async () => due.splice(0).map((each) => ({ record: each, attempts: 0, completed: [] })),
  });
  const inbox = storeInbox(store, { pollMs: 60_000 });
  const delivered: string[] = [];
  await inbox.consume(async ({ id }) => {
    delivered.push(id);
    return done;
  });
  await inbox.idle?.();
  expect(await inbox.deadLetters?.list()).toMatchObject([{ id: buried.id, bytes: 100 }]);
  expect(await inbox.deadLetters?.list({ after: 7, limit: 10 })).toMatchObject([{ bytes: 17 }]);
  expect(await inbox.deadLetters?.show(buried.id)).toBe(buried);
  expect(await inbox.deadLetters?.discard(["b", "c"])).toBe(2);
  expect(await inbox.deadLetters?.replay([buried.id])).toBe(1);
  await inbox.idle?.();
  expect(delivered).toEqual([buried.id]);
  await inbox.close();
});

test("a consumer that is closed hands over no more, and gives back what it has taken", async () => {
  const first = gate<readonly ClaimedRecord[]>();
  const waiting = record("a");
  let claims = 0;
  const { store, commits } = tame({
    claim: async () => (++claims === 1 ? first.promise : []),
  });
  const inbox = storeInbox(store);
  const deliver = vi.fn(async () => done);
  const consumer = await inbox.consume(deliver);
  const closing = consumer.close();
  first.open([{ record: waiting, attempts: 2, completed: ["k"] }]);
  await closing;
  expect(deliver).not.toHaveBeenCalled();
  expect(commits.flatMap(({ settles }) => settles)).toEqual([
    { id: waiting.id, kind: "release", completed: ["k"] },
  ]);
  await inbox.close();
});
