import { expect, onTestFinished, test, vi } from "vitest";
import {
  type ClaimedRecord,
  type Commit,
  type InboxRecord,
  type Outcome,
  storeInbox,
} from "../src/index.ts";
import { contextOf } from "./support/consume-context.ts";
import { gate, record, settled } from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";

const done: Outcome = { kind: "done", completed: [] };
const claimed = (body: string): ClaimedRecord => ({
  record: record(body),
  attempts: 0,
  completed: [],
});
/** What never ends holds up no test that is about what begins. */
const never = (): Promise<Outcome> => new Promise(() => {});
/** The test says when the store is looked at. */
const whenAsked = { pollMs: 2_000_000_000 };

test("an empty store is asked twice, and not again for what is written", async () => {
  const claim = vi.fn(async () => []);
  const inbox = storeInbox(tame({ claim }).store, whenAsked);
  await inbox.put(record("before anybody takes it"));
  await settled();
  expect(claim).not.toHaveBeenCalled();
  await inbox.consume(async () => done, contextOf());
  await inbox.idle?.();
  expect(claim).toHaveBeenCalledTimes(2);
  await inbox.put(record("a"));
  await inbox.idle?.();
  await inbox.idle?.();
  expect(claim).toHaveBeenCalledTimes(2);
  await inbox.close();
});

test("while it is asked it is not asked again, and idle waits for the answer", async () => {
  const answer = gate<readonly ClaimedRecord[]>();
  const claim = vi.fn(async (): Promise<readonly ClaimedRecord[]> => []);
  const inbox = storeInbox(tame({ claim }).store, { pollMs: 1 });
  const deliver = vi.fn(async () => done);
  await inbox.consume(deliver, contextOf());
  await inbox.idle?.();
  claim.mockReturnValue(answer.promise);
  const before = claim.mock.calls.length;
  await vi.waitFor(() => expect(claim.mock.calls.length).toBeGreaterThan(before));
  const asked = claim.mock.calls.length;
  const idle = inbox.idle?.().then(() => deliver.mock.calls.length);
  await settled();
  expect(claim).toHaveBeenCalledTimes(asked);
  claim.mockReturnValue(Promise.resolve([]));
  answer.open([claimed("a")]);
  expect(await idle).toBe(1);
  await inbox.close();
});

test("what cannot be read yet is waited for", async () => {
  const answers = [() => Promise.reject(new Error("locked")), async () => [claimed("a")]];
  const { store } = tame({ claim: async () => (await answers.shift()?.()) ?? [] });
  const inbox = storeInbox(store, { pollMs: 20 });
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const deliver = vi.fn(async () => done);
  await inbox.consume(deliver, contextOf({ logger }));
  await inbox.idle?.();
  expect(deliver).toHaveBeenCalledOnce();
  await inbox.close();
});

test("where there is no room nothing is asked for", async () => {
  const claim = vi.fn(async (): Promise<readonly ClaimedRecord[]> => []);
  const inbox = storeInbox(tame({ claim }).store, { windowRecords: 1, pollMs: 1 });
  const held = gate<Outcome>();
  await inbox.consume(() => held.promise, contextOf());
  await inbox.idle?.();
  await inbox.put(record("a"));
  const before = claim.mock.calls.length;
  await settled();
  expect(claim).toHaveBeenCalledTimes(before);
  held.open(done);
  await vi.waitFor(() => expect(claim.mock.calls.length).toBeGreaterThan(before));
  await inbox.close();
});

test("a store that is full of what is due is emptied at once, whoever put it there", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const rows = Array.from({ length: 900 }, (_, i) => claimed(String(i)));
  let hasRows = false;
  const claim = vi.fn(async () => (hasRows ? rows.splice(0, 300) : []));
  const inbox = storeInbox(tame({ claim }).store, { pollMs: 1_000 });
  const deliver = vi.fn(never);
  await inbox.consume(deliver, contextOf());
  await inbox.idle?.();
  hasRows = true;
  // It is looked at once: `expect.poll` would let the time go on.
  vi.advanceTimersByTime(1_000);
  for (let turn = 0; turn < 200 && deliver.mock.calls.length < 900; turn++) await settled();
  expect(deliver).toHaveBeenCalledTimes(900);
  await inbox.close();
});

test("what comes while it catches up waits for three looks, and no longer", async () => {
  const order: string[] = [];
  const puts: Promise<void>[] = [];
  const { store } = tame({
    claim: async () => {
      order.push("look");
      if (order.length === 2) puts.push(inbox.put(record("meanwhile")));
      return order.length < 20 ? [claimed("others put more and more")] : [];
    },
    commit: async () => {
      order.push("write");
      return [];
    },
  });
  const inbox = storeInbox(store, whenAsked);
  await inbox.consume(never, contextOf());
  await vi.waitFor(() => expect(order).toContain("write"));
  expect(order.slice(0, order.indexOf("write"))).toEqual(["look", "look", "look", "look"]);
  await Promise.all(puts);
  await inbox.close();
});

test("what comes while older records are taken out comes after them", async () => {
  const first = gate<readonly ClaimedRecord[]>();
  const rows: ClaimedRecord[] = [];
  let claims = 0;
  const { store } = tame({
    claim: async () => (++claims === 1 ? first.promise : rows.splice(0)),
    commit: async ({ appends }) => {
      for (const append of appends)
        if (!append.held) rows.push({ record: append.record, attempts: 0, completed: [] });
      return [];
    },
  });
  const inbox = storeInbox(store, whenAsked);
  const delivered: string[] = [];
  await inbox.consume(async ({ body }) => {
    delivered.push(Buffer.from(body).toString());
    return done;
  }, contextOf());
  await inbox.put(record("newer"));
  await settled();
  expect(delivered).toEqual([]);
  first.open([claimed("older")]);
  await inbox.idle?.();
  expect(delivered).toEqual(["older", "newer"]);
  await inbox.close();
});

test("what others stored before comes before what was to be delivered from memory", async () => {
  const rows: ClaimedRecord[] = [];
  const { store } = tame({ claim: async () => rows.splice(0) });
  const commit = async ({ appends }: Commit) => {
    const isBehind = rows.length > 0;
    for (const append of appends)
      if (isBehind || !append.held) rows.push({ ...append, attempts: 0, completed: [] });
    return { leftOut: [], isBehind };
  };
  const inbox = storeInbox({ ...store, commit }, whenAsked);
  const delivered: string[] = [];
  await inbox.consume(async ({ body }) => {
    delivered.push(Buffer.from(body).toString());
    return done;
  }, contextOf());
  await inbox.idle?.();
  rows.push(claimed("another's"));
  await Promise.all(["a", "b", "c"].map((body) => inbox.put(record(body))));
  await inbox.idle?.();
  expect(delivered).toEqual(["another's", "a", "b", "c"]);
  expect(inbox.pending?.()).toBe(0);
  await inbox.close();
});

test("a delivery asks the store which keys it knows", async () => {
  const seen = vi.fn(async () => new Set(["b"]));
  const inbox = storeInbox(tame({ seen }).store, whenAsked);
  const answers: unknown[] = [];
  await inbox.consume(async (_record, delivery) => {
    answers.push(await delivery.seen(["a", "b"]));
    return done;
  }, contextOf());
  await inbox.idle?.();
  await inbox.put(record("a"));
  await inbox.idle?.();
  expect(answers).toEqual([new Set(["b"])]);
  expect(seen).toHaveBeenCalledWith(["a", "b"]);
  await inbox.close();
});

test("idle and close wait for what is being written", async () => {
  const order: string[] = [];
  const commit = gate<readonly string[]>();
  const { store } = tame({
    commit: () => commit.promise,
    close: async () => void order.push("closed"),
  });
  const inbox = storeInbox(store);
  const put = inbox.put(record("a"));
  const waits = [inbox.idle?.().then(() => order.push("idle")), inbox.close()];
  await settled();
  expect(order).toEqual([]);
  commit.open([]);
  await Promise.all([put, ...waits]);
  expect(order.sort()).toEqual(["closed", "idle"]);
});

test("what waited while a commit failed is written at once, by a commit of its own", async () => {
  const first = gate<readonly string[]>();
  const commits: Commit[] = [];
  const { store } = tame({
    commit: async (commit) => (commits.push(commit) === 1 ? first.promise : []),
  });
  const inbox = storeInbox(store);
  const refused = inbox.put(record("a"));
  const waits = inbox.put(record("b"));
  first.fail(new Error("a moment of trouble"));
  await expect(refused).rejects.toThrow("a moment of trouble");
  await waits;
  expect(commits).toHaveLength(2);
  await inbox.close();
});

test("what waited for a second while a commit failed is refused with it, and what comes later is tried", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const first = gate<readonly string[]>();
  let commits = 0;
  const inbox = storeInbox(
    tame({ commit: async () => (++commits === 1 ? first.promise : []) }).store,
    { pendingLimitBytes: 2 },
  );
  const puts = [inbox.put(record("a")), inbox.put(record("b"))];
  vi.advanceTimersByTime(1_001);
  first.fail(new Error("locked"));
  for (const put of puts) await expect(put).rejects.toThrow("locked");
  expect(commits).toBe(1);
  await Promise.all([inbox.put(record("c")), inbox.put(record("d"))]);
  await inbox.close();
});

test("what was stored while nobody took it comes before what is newer", async () => {
  const rows: InboxRecord[] = [];
  const { store } = tame({
    commit: async ({ appends }: Commit) => {
      for (const { record: each, held } of appends) if (!held) rows.push(each);
      return [];
    },
    claim: async () => rows.splice(0).map((each) => ({ record: each, attempts: 0, completed: [] })),
  });
  const inbox = storeInbox(store, { pollMs: 60_000 });
  const delivered: string[] = [];
  const deliver = async ({ body }: InboxRecord): Promise<Outcome> => {
    delivered.push(Buffer.from(body).toString());
    return done;
  };
  const first = await inbox.consume(deliver, contextOf());
  await inbox.idle?.();
  await first.close();
  await inbox.put(record("older"));
  await inbox.idle?.();
  await inbox.consume(deliver, contextOf());
  await inbox.put(record("newer"));
  await inbox.idle?.();
  expect(delivered).toEqual(["older", "newer"]);
  await inbox.close();
});
