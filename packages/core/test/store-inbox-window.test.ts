import { expect, test, vi } from "vitest";
import { type ClaimedRecord, type Commit, type Outcome, storeInbox } from "../src/index.ts";
import { contextOf } from "./support/consume-context.ts";
import { gate, record, settled } from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";

const done: Outcome = { kind: "done", completed: [] };
const claimed = (body: string): ClaimedRecord => ({
  record: record(body),
  attempts: 0,
  completed: [],
});

/** An inbox with room for 10 bytes, and one claim of it that is answered when the test says so. */
async function setUp() {
  const deliver = vi.fn(() => outcome.promise);
  const outcome = gate<Outcome>();
  const answer = gate<readonly ClaimedRecord[]>();
  const claims = [Promise.resolve([]), Promise.resolve([]), answer.promise];
  const claim = vi.fn(
    (_room: { readonly bytes: number }): Promise<readonly ClaimedRecord[]> =>
      claims.shift() ?? Promise.resolve([]),
  );
  const written = gate<void>();
  const commits: Commit[] = [];
  const known = new Set<string>();
  const { store } = tame({
    claim,
    commit: async (commit) => {
      commits.push(commit);
      await written.promise;
      return commit.appends.map(({ record: { id } }) => id).filter((id) => known.has(id));
    },
  });
  const inbox = storeInbox(store, { windowBytes: 10, pollMs: 1 });
  await inbox.consume(deliver, contextOf());
  await vi.waitFor(() => expect(claims).toHaveLength(0));
  return { inbox, deliver, outcome, answer, claim, commits, written, known };
}

test("what is put while a claim brings it takes its room once, and until it has ended", async () => {
  const { inbox, deliver, outcome, answer, claim, commits, written, known } = await setUp();
  const each = claimed("1234567");
  known.add(each.record.id);
  const put = inbox.put(each.record);
  answer.open([each]);
  await vi.waitFor(() => expect(deliver).toHaveBeenCalled());
  written.open();
  await put;
  await settled();
  expect(commits[0]?.appends).toMatchObject([{ held: true }]);
  expect(inbox.pending?.()).toBe(1);
  await vi.waitFor(() => expect(claim.mock.lastCall?.[0].bytes).toBe(3));
  outcome.open(done);
  await inbox.idle?.();
  expect(inbox.pending?.()).toBe(0);
  await vi.waitFor(() => expect(claim.mock.lastCall?.[0].bytes).toBe(10));
  expect(deliver).toHaveBeenCalledOnce();
  await inbox.close();
});

test("what is there already takes no room, nor does what others take as it came behind older ones", async () => {
  const { store } = tame();
  const answers = [true, false];
  const commit = async ({ appends }: Commit) => {
    const isBehind = answers.shift() ?? false;
    return { leftOut: isBehind ? [] : appends.map(({ record: { id } }) => id), isBehind };
  };
  const inbox = storeInbox({ ...store, commit }, { pollMs: 1 });
  const deliver = vi.fn(async () => done);
  await inbox.consume(deliver, contextOf());
  await inbox.idle?.();
  for (const body of ["behind", "known"]) {
    await inbox.put(record(body));
    await inbox.idle?.();
    expect(inbox.pending?.(), body).toBe(0);
  }
  expect(deliver).not.toHaveBeenCalled();
  await inbox.close();
});

test("what comes twice in one commit is delivered once, and both are answered", async () => {
  const first = gate<readonly string[]>();
  const { store, commits } = tame({
    commit: async ({ appends }) => (appends.length === 1 ? first.promise : []),
  });
  const inbox = storeInbox(store, { pollMs: 1 });
  const deliver = vi.fn(async () => done);
  await inbox.consume(deliver, contextOf());
  await inbox.idle?.();
  const twin = record("twin");
  const puts = [record("first"), twin, { ...twin }].map((each) => inbox.put(each));
  await settled();
  first.open([]);
  await Promise.all(puts);
  await inbox.idle?.();
  expect(commits.map(({ appends }) => appends.length).slice(0, 2)).toEqual([1, 2]);
  expect(deliver).toHaveBeenCalledTimes(2);
  expect(inbox.pending?.()).toBe(0);
  await inbox.close();
});

test("what another process took over and let go is not delivered here twice at one time", async () => {
  const { inbox, deliver, outcome, answer, claim, commits, written } = await setUp();
  const each = claimed("1234567");
  written.open();
  await inbox.put(each.record);
  await settled();
  expect(deliver).toHaveBeenCalledOnce();
  answer.open([each]);
  await vi.waitFor(() => expect(claim.mock.lastCall?.[0].bytes).toBe(3));
  expect(deliver).toHaveBeenCalledOnce();
  outcome.open(done);
  await inbox.idle?.();
  // Whether it was given before the first settle or after is not known here.
  expect(commits.flatMap(({ settles }) => settles)).toMatchObject([
    { id: each.record.id, kind: "done" },
    { id: each.record.id, kind: "release", completed: [] },
  ]);
  expect(inbox.pending?.()).toBe(0);
  await vi.waitFor(() => expect(claim.mock.lastCall?.[0].bytes).toBe(10));
  await inbox.close();
});

test("one that is given back is delivered here again before that is written, and still counts as under way", async () => {
  const outcomes = [gate<Outcome>(), gate<Outcome>()];
  const deliver = vi.fn(async () => outcomes[deliver.mock.calls.length - 1]?.promise ?? done);
  const each = claimed("1234567");
  const brought: ClaimedRecord[][] = [];
  const claim = vi.fn(async (_room: { readonly bytes: number }) => brought.shift() ?? []);
  const written = gate<void>();
  const { store, commits } = tame({
    claim,
    commit: async ({ settles }) => {
      if (settles.some(({ kind }) => kind === "release")) await written.promise;
      return [];
    },
  });
  const inbox = storeInbox(store, { windowBytes: 10, pollMs: 1 });
  await inbox.consume(deliver, contextOf());
  await inbox.idle?.();
  await inbox.put(each.record);
  brought.push([each]);
  await vi.waitFor(() => expect(brought).toHaveLength(0));
  await settled();
  outcomes[0]?.open({ kind: "retry", completed: [], delayMs: 0, reason: "" });
  await vi.waitFor(() => expect(commits.flatMap(({ settles }) => settles)).toHaveLength(2));
  brought.push([each]);
  await vi.waitFor(() => expect(deliver).toHaveBeenCalledTimes(2));
  written.open();
  await settled();
  expect(inbox.pending?.()).toBe(1);
  outcomes[1]?.open(done);
  await inbox.idle?.();
  expect(inbox.pending?.()).toBe(0);
  expect(deliver).toHaveBeenCalledTimes(2);
  await inbox.close();
});
