import { describe, expect, test, vi } from "vitest";
import { inboxCases } from "../src/index.ts";
import { conversationMutants } from "./inbox-mutants/conversations.ts";
import { crashMutants } from "./inbox-mutants/crashes.ts";
import { deliveryMutants } from "./inbox-mutants/deliveries.ts";
import { endingMutants } from "./inbox-mutants/endings.ts";
import { erasingMutants } from "./inbox-mutants/erasing.ts";
import { watchingMutants } from "./inbox-mutants/watching.ts";
import { inboxWith, inboxWithout, memoryInboxWith } from "./inbox-mutants/wrong-inbox.ts";
import { liftedSubject, memoryInboxSubject, openSlow } from "./subjects/memory-subjects.ts";

// The cases mostly wait.
vi.setConfig({ maxConcurrency: 30 });

/** Mutants hang where a right inbox delivers at once: no need to wait for them as long. */
const patienceMs = 2_000;
const mutants = {
  ...deliveryMutants,
  ...endingMutants,
  ...erasingMutants,
  ...crashMutants,
  ...conversationMutants,
  ...watchingMutants,
};

/** The name of a case in the list of a mutant: without the subject. */
const nameIn = (name: string): string => name.slice(name.indexOf(": ") + 2);

const slowSubject = liftedSubject({ name: "storeInbox on a slow store", open: openSlow });

for (const subject of [memoryInboxSubject, liftedSubject(), slowSubject]) {
  describe(subject.name, () => {
    for (const { name, run } of inboxCases(subject)) test.concurrent(name, run, 60_000);
  });
}

describe("the inboxes that the mutants are made of", () => {
  for (const subject of [inboxWith(() => ({})), memoryInboxWith(() => ({}))])
    for (const { name, run } of inboxCases(subject)) test.concurrent(name, run, 60_000);
});

describe("an inbox without what is optional is right", () => {
  const reason = "it is optional";
  const subjects = [
    inboxWithout(["idle", "pending"]),
    inboxWithout(["stats"], { stats: reason }),
    inboxWithout(["erase"], { erase: reason }),
    inboxWithout(["deadLetters"], { "dead-letters": reason }),
    inboxWithout(["idle", "pending", "stats", "erase", "deadLetters"], {
      stats: reason,
      erase: reason,
      "dead-letters": reason,
    }),
  ];
  for (const subject of subjects)
    for (const { name, run } of inboxCases(subject, { patienceMs: 10_000 }))
      test.concurrent(name, run, 60_000);
});

test("a case that was given up asks the inbox nothing more", async () => {
  let calls = 0;
  const subject = inboxWith((right) => ({
    deadLetters: {
      list: async () => {
        calls++;
        return [];
      },
      show: async (id) => right.deadLetters?.show(id),
      replay: async (ids) => right.deadLetters?.replay(ids) ?? 0,
      discard: async (ids) => right.deadLetters?.discard(ids) ?? 0,
    },
  }));
  await Promise.all(
    inboxCases(subject, { patienceMs: 300 }).map(({ run }) => run().catch(() => {})),
  );
  await vi.waitFor(
    async () => {
      const before = calls;
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(calls).toBe(before);
    },
    { timeout: 10_000 },
  );
}, 60_000);

describe("a wrong inbox is caught", () => {
  for (const [what, { subject, caughtBy }] of Object.entries(mutants)) {
    const cases = inboxCases(subject, { patienceMs });
    test.concurrent.for(caughtBy)(`that ${what}, by "%s"`, { timeout: 120_000 }, async (name) => {
      const found = cases.find((each) => nameIn(each.name) === name);
      await expect(found?.run()).rejects.toThrow();
    });
  }
});

test("every case is needed to catch some wrong inbox", () => {
  const needed = new Set(Object.values(mutants).flatMap(({ caughtBy }) => caughtBy));
  const names = inboxCases(liftedSubject()).map(({ name }) => nameIn(name));
  expect(names.filter((name) => !needed.has(name))).toEqual([]);
});
