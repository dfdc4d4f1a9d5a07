import { expect, test } from "vitest";
import { Progress } from "../src/progress.ts";

test("what has succeeded in the end is known no more", () => {
  const progress = new Progress();
  progress.set("a", { remaining: [], failedSince: 7 });
  progress.delete("a");
  expect(progress.has("a")).toBe(false);
  expect(progress.failedSince("a")).toBe(0);
});

test("what failed first is forgotten when there is too much of it, as it may never come back here", () => {
  const progress = new Progress();
  const halfDone = { remaining: [], failedSince: 7 };
  for (let i = 0; i < 100_000; i++) progress.set(String(i), halfDone);
  expect(progress.has("0")).toBe(true);
  progress.set("one more", halfDone);
  expect(progress.has("0")).toBe(false);
  expect(progress.failedSince("0")).toBe(0);
  expect(progress.get("1")).toBe(halfDone);
  expect(progress.failedSince("1")).toBe(7);
  expect(progress.has("one more")).toBe(true);
});
