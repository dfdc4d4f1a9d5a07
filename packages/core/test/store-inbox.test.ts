import { expect, test, vi } from "vitest";
import { type Deliver, type InboxRecord, type Outcome, storeInbox } from "../src/index.ts";
import { contextOf } from "./support/consume-context.ts";
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

test("one that only receives stores what it gets, and takes nothing out", async () => {
  const claim = vi.fn(async () => [{ record: record("older"), attempts: 0, completed: [] }]);
  const { store, commits } = tame({ claim });
  const inbox = storeInbox(store, { role: "receive", pollMs: 1 });
  const deliver = vi.fn(async () => done);
  const consumer = await inbox.consume(deliver, contextOf());
  await inbox.put(record("newer"));
  await inbox.idle?.();
  await settled();
  expect(commits).toMatchObject([{ appends: [{ held: false }] }]);
  expect(claim).not.toHaveBeenCalled();
  expect(deliver).not.toHaveBeenCalled();
  await consumer.close();
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
  }, contextOf());
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
  }, contextOf());
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
  await inbox.consume(deliver, contextOf());
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
  }, contextOf());
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
  }, contextOf());
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
  }, contextOf());
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
