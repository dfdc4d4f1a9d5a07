import { expect, test, vi } from "vitest";
import { DeadLetterWatch } from "../src/inbox/dead-letter-watch.ts";
import { memoryInbox, storeInbox } from "../src/index.ts";
import { contextOf } from "./support/consume-context.ts";
import { record } from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";

const newLogger = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() });
const stats = (deadLetterBytes: number, deadLettersDropped = 0) => ({
  deadLetters: 3,
  deadLetterBytes,
  deadLetterLimitBytes: 1_000,
  deadLettersDropped,
});

test("people are warned once when the room runs out, and again when it does so again", () => {
  const [watch, logger] = [new DeadLetterWatch(), newLogger()];
  for (const bytes of [0, 799, 800, 900, 799, 850]) watch.check(stats(bytes), logger);
  // With the limit, which says how much room there is to give.
  expect(logger.warn.mock.calls.map(([counts]) => counts)).toEqual([
    { deadLetters: 3, deadLetterBytes: 800, deadLetterLimitBytes: 1_000 },
    { deadLetters: 3, deadLetterBytes: 850, deadLetterLimitBytes: 1_000 },
  ]);
  expect(logger.error).not.toHaveBeenCalled();
});

test("without a limit nobody is warned", () => {
  const [watch, logger] = [new DeadLetterWatch(), newLogger()];
  const { deadLetterLimitBytes: _, ...unlimited } = stats(Number.MAX_SAFE_INTEGER);
  watch.check(unlimited, logger);
  expect(logger.warn).not.toHaveBeenCalled();
});

test("what gave way is told, what gave way before this process is not", () => {
  const [watch, logger] = [new DeadLetterWatch(), newLogger()];
  for (const dropped of [5, 5, 7]) watch.check(stats(900, dropped), logger);
  expect(logger.error.mock.calls).toEqual([
    [
      { deadLetters: 3, deadLetterBytes: 900, deadLetterLimitBytes: 1_000, dropped: 2 },
      expect.stringContaining("removed"),
    ],
  ]);
});

test("the inbox in memory warns before the oldest give way, and tells when they do", async () => {
  const logger = newLogger();
  const inbox = memoryInbox({ deadLetterLimitBytes: 4_500 });
  await inbox.consume(
    async () => ({ kind: "dead_letter", completed: [], reason: "no" }),
    contextOf({ logger }),
  );
  const putSome = async (count: number) => {
    for (let i = 0; i < count; i++) await inbox.put(record("x".repeat(500)));
    await inbox.idle?.();
  };
  await putSome(3);
  expect(logger.warn).not.toHaveBeenCalled();
  await putSome(1);
  expect(logger.warn).toHaveBeenCalledTimes(1);
  expect(logger.error).not.toHaveBeenCalled();
  await putSome(1);
  expect(logger.warn).toHaveBeenCalledTimes(1);
  expect(logger.error).toHaveBeenCalledWith(
    expect.objectContaining({ dropped: 1 }),
    expect.any(String),
  );
});

test("an inbox made of a store looks from time to time", async () => {
  const logger = newLogger();
  const { store } = tame({
    stats: async () => ({ waiting: 0, waitingBytes: 0, ...stats(900) }),
  });
  const inbox = storeInbox(store, { pollMs: 5 });
  await inbox.consume(async () => ({ kind: "done", completed: [] }), contextOf({ logger }));
  await vi.waitFor(() => expect(logger.warn).toHaveBeenCalledTimes(1));
  await inbox.close();
});
