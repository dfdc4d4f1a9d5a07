import { expect, test, vi } from "vitest";
import { MemoryDeadLetters } from "../src/inbox/memory-dead-letters.ts";
import type { InboxRecord } from "../src/index.ts";
import { record } from "./support/notifications.ts";

/** What each costs beside its body. */
const OVERHEAD = 512;

function setUp(limitBytes = 100_000) {
  const replayed: InboxRecord[] = [];
  const letters = new MemoryDeadLetters(limitBytes, (each) => replayed.push(each));
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  letters.logger = logger;
  const deadLetter = (id: string, body: unknown = id): InboxRecord => {
    const deadLetters = { ...record(body), id };
    letters.add({ record: deadLetters, attempts: 3, reason: "2 failed" });
    return deadLetters;
  };
  const ids = async (page?: { after?: number; limit?: number }): Promise<string[]> =>
    (await letters.list(page)).map(({ id }) => id);
  return { letters, logger, replayed, deadLetter, ids };
}

test("a letter tells of its record and has no body in it", async () => {
  const { letters, deadLetter } = setUp();
  const before = Date.now();
  const { receivedAt } = deadLetter("a", "12345");
  const [letter, ...others] = await letters.list();
  expect(others).toEqual([]);
  expect(letter).toEqual({
    id: "a",
    position: 1,
    receivedAt,
    deadLetteredAt: expect.any(Number),
    attempts: 3,
    reason: "2 failed",
    bytes: 5,
  });
  expect(letter?.deadLetteredAt).toBeGreaterThanOrEqual(before);
});

test("they are listed oldest first, from a position on, a hundred at a time", async () => {
  const { letters, deadLetter, ids } = setUp();
  for (let i = 0; i < 120; i++) deadLetter(String(i));
  expect(await ids()).toHaveLength(100);
  expect(await ids({ limit: 2 })).toEqual(["0", "1"]);
  const [, second] = await letters.list();
  expect(await ids({ after: second?.position as number, limit: 2 })).toEqual(["2", "3"]);
  expect(await ids({ after: 118 })).toEqual(["118", "119"]);
});

test("one is shown with its body; one that is not there is undefined", async () => {
  const { letters, deadLetter } = setUp();
  const deadLetters = deadLetter("a");
  expect(await letters.show("a")).toBe(deadLetters);
  expect(await letters.show("b")).toBeUndefined();
});

test("those that are replayed come back as they were, once, and their room is free", async () => {
  const { letters, replayed, deadLetter, ids } = setUp();
  const [a, , c] = ["a", "b", "c"].map((id) => deadLetter(id));
  expect(await letters.replay(["c", "a", "gone", "a"])).toBe(2);
  expect(replayed).toEqual([c, a]);
  expect(await ids()).toEqual(["b"]);
  expect(letters.stats()).toMatchObject({ deadLetters: 1, deadLetterBytes: 1 + OVERHEAD });
});

test("those that are discarded are gone, and nothing comes back", async () => {
  const { letters, replayed, deadLetter, ids } = setUp();
  for (const id of ["a", "b", "c"]) deadLetter(id);
  expect(await letters.discard(["a", "gone", "c"])).toBe(2);
  expect(replayed).toEqual([]);
  expect(await ids()).toEqual(["b"]);
  expect(letters.stats()).toEqual({
    deadLetters: 1,
    deadLetterBytes: 1 + OVERHEAD,
    deadLetterLimitBytes: 100_000,
  });
});

test("one that becomes a dead letter again takes its room once, and is the youngest", async () => {
  const { letters, deadLetter, ids } = setUp();
  for (const id of ["a", "b"]) deadLetter(id, "12345");
  deadLetter("a", "123");
  expect(await ids()).toEqual(["b", "a"]);
  expect(letters.stats()).toMatchObject({ deadLetters: 2, deadLetterBytes: 8 + 2 * OVERHEAD });
  await letters.discard(["a", "b"]);
  expect(letters.stats()).toMatchObject({ deadLetters: 0, deadLetterBytes: 0 });
});

test("beyond the limit the oldest give way, no more than needed, and somebody is told", async () => {
  const { deadLetter, ids, logger } = setUp(3 * (1 + OVERHEAD));
  for (const id of ["a", "b", "c"]) deadLetter(id);
  expect(await ids()).toEqual(["a", "b", "c"]);
  expect(logger.error).not.toHaveBeenCalled();
  deadLetter("d");
  expect(await ids()).toEqual(["b", "c", "d"]);
  expect(logger.error.mock.calls).toEqual([
    [
      expect.objectContaining({ deadLetters: 3, dropped: 1 }),
      expect.stringContaining("were removed"),
    ],
  ]);
});

test("one person's items are taken out, letters with nothing else in them go, the rest stays as it was", async () => {
  const { letters, deadLetter, ids } = setUp();
  const [ann, bob] = ["12125550101", "12125550102"];
  const body = (...people: (string | undefined)[]): object => ({
    messages: people.map((from) => ({ from })),
  });
  deadLetter("hers", body(ann));
  deadLetter("both", body(ann, bob));
  const his = deadLetter("his", body(bob));
  expect(letters.erase([ann as string])).toBe(2);
  expect(await ids()).toEqual(["both", "his"]);
  const left = await letters.show("both");
  expect(Buffer.from(left?.body ?? []).toString()).toBe(JSON.stringify(body(bob)));
  expect(await letters.show("his")).toBe(his);
  const bytes = JSON.stringify(body(bob)).length;
  expect((await letters.list()).map((letter) => letter.bytes)).toEqual([bytes, bytes]);
  expect(letters.stats()).toMatchObject({
    deadLetters: 2,
    deadLetterBytes: 2 * (bytes + OVERHEAD),
  });
});
