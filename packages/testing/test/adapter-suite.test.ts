import { describe, expect, test } from "vitest";
import { adapterCases } from "../src/index.ts";
import { answerMutants } from "./mutants/answers.ts";
import { bodyMutants } from "./mutants/bodies.ts";
import { parserMutants } from "./mutants/parsers.ts";
import { requestMutants } from "./mutants/requests.ts";
import { adapterWith } from "./mutants/wrong-adapter.ts";
import { nodeSubject } from "./subjects/node-subject.ts";

/** Mutants hang where a right adapter answers at once: no need to wait for them as long. */
const patienceMs = 400;
const mutants = { ...answerMutants, ...bodyMutants, ...parserMutants, ...requestMutants };

describe("the adapter that the mutants are made of", () => {
  for (const { name, run } of adapterCases(nodeSubject(adapterWith({}))))
    test(name, { timeout: 30_000 }, run);
});

describe("a wrong adapter is caught", () => {
  for (const [what, { makeHandler, caughtBy }] of Object.entries(mutants)) {
    const cases = adapterCases(nodeSubject(makeHandler), { patienceMs });
    test.concurrent.for(caughtBy)(`that ${what}, by "%s"`, { timeout: 30_000 }, async (name) => {
      const found = cases.find((adapterCase) => adapterCase.name === name);
      await expect(found?.run()).rejects.toThrow();
    });
  }
});
