import { describe, expect, test } from "vitest";
import { storeCases } from "../src/index.ts";
import { appendMutants } from "./store-mutants/appends.ts";
import { bodyMutants } from "./store-mutants/bodies.ts";
import { claimMutants } from "./store-mutants/claims.ts";
import { deadLetterMutants } from "./store-mutants/dead-letters.ts";
import { memoryMutants } from "./store-mutants/memories.ts";
import { settleMutants } from "./store-mutants/settles.ts";
import { traceMutants } from "./store-mutants/traces.ts";
import { storeWith } from "./store-mutants/wrong-store.ts";
import { storeSubject } from "./subjects/memory-subjects.ts";

/** Mutants hang where a right store answers at once: no need to wait for them as long. */
const patienceMs = 1_000;
const mutants = {
  ...appendMutants,
  ...settleMutants,
  ...claimMutants,
  ...memoryMutants,
  ...deadLetterMutants,
  ...bodyMutants,
  ...traceMutants,
};

/** The name of a case in the list of a mutant. */
const nameIn = (name: string): string => name.replace("MemoryStore: ", "");

describe("the model, as it is and as the mutants are made of it", () => {
  for (const subject of [storeSubject(), storeSubject(storeWith(() => ({})))])
    for (const { name, run } of storeCases(subject)) test.concurrent(name, run, 60_000);
});

describe("a wrong store is caught", () => {
  for (const [what, { open, caughtBy }] of Object.entries(mutants)) {
    const cases = storeCases(storeSubject(open), { patienceMs });
    test.concurrent.for(caughtBy)(`that ${what}, by "%s"`, { timeout: 120_000 }, async (name) => {
      const found = cases.find((each) => nameIn(each.name) === name);
      await expect(found?.run()).rejects.toThrow();
    });
  }
});

test("every case is needed to catch some wrong store", () => {
  const needed = new Set(Object.values(mutants).flatMap(({ caughtBy }) => caughtBy));
  const names = storeCases(storeSubject()).map(({ name }) => nameIn(name));
  expect(names.filter((name) => !needed.has(name))).toEqual([]);
});
