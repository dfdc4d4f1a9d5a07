import { expect, test } from "vitest";
import { isNewerStatus } from "../src/index.ts";

const steps = ["sent", "failed", "delivered", "read", "played"];

test("each step is newer than nothing and than every step before it, and than no step after it", () => {
  for (const [i, next] of steps.entries()) {
    expect(isNewerStatus(next, undefined)).toBe(true);
    for (const [j, previous] of steps.entries()) {
      expect(isNewerStatus(next, previous), `${next} after ${previous}`).toBe(i > j);
    }
  }
});

test("in whatever order they come, the same status is left", () => {
  const arrivals = [
    ["read", "sent", "delivered", "delivered"],
    ["delivered", "read", "sent"],
    ["sent", "failed", "delivered", "read"],
  ];
  for (const arrived of arrivals) {
    let status: string | undefined;
    for (const next of arrived) if (isNewerStatus(next, status)) status = next;
    expect(status).toBe("read");
  }
});

test.each(["deleted", "warning", "captured", "constructor", "sent "])(
  "%s is no step of a message",
  (word) => {
    expect(isNewerStatus(word, undefined)).toBe(false);
    expect(isNewerStatus("sent", word)).toBe(true);
  },
);
