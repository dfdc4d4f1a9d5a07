import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { conditions } from "./vitest.config.ts";

// Core's tests for a run with each mutant: all in one worker, as loading core for each file takes longer than the tests do.

/**
 * Tests that need a worker of their own: they mock what is loaded already, count timers that others may have left, or share
 * a module whose hooks are those of the first file that loads it.
 */
const isolated = [
  "test/{bounded-set,opentelemetry*,receiver-secrets,receiver-slow-bodies,uploads}.test.ts",
  "test/threats/timing.test.ts",
];
/**
 * Tests of the sources as files, which no mutant changes, and those that take longer than all others together. What random
 * cases alone would notice deserves a test of its own.
 */
const unsuited = [
  "test/{errors,imports}.test.ts",
  "test/*-{arbitrary,mutations}.test.ts",
  "test/threats/{flooding,malformed}.test.ts",
];
/** They come last: the first test that fails ends a run. */
const slow = /threats|telemetry|health|cut-record|secrecy|outages|fixtures|lanes|-body|unverified/;

class QuickOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification): number => Number(slow.test(moduleId));
    return files.toSorted((a, b) => isSlow(a) - isSlow(b));
  }
}

const root = "packages/core";

export default defineConfig({
  ssr: { resolve: { conditions } },
  test: {
    sequence: { sequencer: QuickOnesFirst },
    projects: [
      {
        extends: true as const,
        test: {
          name: "core",
          root,
          include: ["test/**/*.test.ts"],
          exclude: [...isolated, ...unsuited],
          isolate: false,
        },
      },
      { extends: true as const, test: { name: "isolated", root, include: isolated } },
    ],
  },
});
