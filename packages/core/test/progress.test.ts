import { expect, test } from "vitest";
import { Progress } from "../src/progress.ts";

test("what has succeeded in the end is known no more", () => {
  const progress = new Progress();
  progress.set("a", { name: "message.text", remaining: [], failedSince: 7 } as const);
  progress.delete("a");
  expect(progress.get("a")).toBeUndefined();
});

test("what failed first is forgotten when there is too much of it, as it may never come back here", () => {
  const progress = new Progress();
  const halfDone = { name: "message.text", remaining: [], failedSince: 7 } as const;
  for (let i = 0; i < 100_000; i++) progress.set(String(i), halfDone);
  expect(progress.get("0")).toBe(halfDone);
  progress.set("one more", halfDone);
  expect(progress.get("0")).toBeUndefined();
  expect(progress.get("1")).toBe(halfDone);
  expect(progress.get("one more")).toBe(halfDone);
});
