import { expect, test } from "vitest";
import { CutSteps, type Progress } from "../src/cut-steps.ts";
import type { Stored } from "../src/stored.ts";

const stored = (id: string, bytes: number): Stored => ({
  i: id,
  r: 1,
  a: { kind: "signature" },
  t: "x".repeat(bytes),
});

/** How many parts each step has, to the end of the job. */
function stepsOf(batch: readonly Stored[], parts: number, bytesEach: number): number[] {
  const steps = new CutSteps(batch, {
    cut: ({ i }) =>
      Array.from({ length: parts }, (_, part) => ({
        stored: stored(`${i}.${part}`, bytesEach),
        conversation: String(part % 7),
      })),
    hash: (text) => String(text.length),
  });
  const counts: number[] = [];
  let at: Progress = { record: 0, part: 0, serial: 0 };
  while (!steps.isEnd(at)) {
    const { pieces, next } = steps.take(at);
    counts.push(pieces.reduce((sum, piece) => sum + piece.parts.length, 0));
    at = { ...next, serial: 0 };
  }
  return counts;
}

test("a record that is larger than a step is taken in few steps, not a part at a time", () => {
  const counts = stepsOf([stored("a", 900 * 1024)], 1_000, 600);
  expect(counts.reduce((sum, count) => sum + count)).toBe(1_000);
  expect(counts.length).toBeLessThan(8);
});

test("no step has more than its number of parts, or many bytes more than it may", () => {
  expect(Math.max(...stepsOf([stored("a", 1_000), stored("b", 1_000)], 700, 50))).toBe(256);
  expect(Math.max(...stepsOf([stored("a", 1_000)], 20, 200 * 1024))).toBe(3);
});
