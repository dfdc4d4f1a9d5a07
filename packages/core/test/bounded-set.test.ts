import { expect, onTestFinished, test, vi } from "vitest";
import { BoundedSet } from "../src/inbox/bounded-set.ts";

test("it knows what was added, and what was not", () => {
  const set = new BoundedSet(10);
  expect(set.add("a")).toBe(true);
  expect(set.add("a")).toBe(false);
  expect(set.has("a")).toBe(true);
  expect(set.has("b")).toBe(false);
  expect(set.has("")).toBe(false);
  expect(set.add("")).toBe(true);
  expect(set.has("")).toBe(true);
});

test("it remembers the latest so many at least, and forgets what is twice as old", () => {
  const limit = 5_000;
  const set = new BoundedSet(limit);
  for (let i = 0; i < 12_345; i++) {
    set.add(String(i));
    if (i % 1_000 !== 0) continue;
    const latest = Array.from({ length: Math.min(limit, i + 1) }, (_, ago) => String(i - ago));
    expect(latest.filter((member) => !set.has(member))).toEqual([]);
    if (i > 2 * limit) expect(set.has(String(i - 2 * limit))).toBe(false);
  }
});

test("what is in the older lot is not new", () => {
  const set = new BoundedSet(2);
  for (const member of ["a", "b", "c"]) set.add(member);
  expect(set.add("a")).toBe(false);
});

test("texts that differ in one place or two are told apart, a million of them", () => {
  const set = new BoundedSet(2_000_000);
  let repeated = 0;
  for (let i = 0; i < 500_000; i++) {
    if (!set.add(`message:wamid.HBgLMTIxMjU1NTAxMDAVAgARGBI${i}`)) repeated++;
    if (!set.add(`status:${i}:sent:${i % 7}`)) repeated++;
  }
  expect(repeated).toBe(0);
  for (const letters of ["ab", "ba", "ac", "a\u0100", "\u0100a", "ab\0", "\0ab"])
    expect(set.add(letters)).toBe(true);
});

test("loaded and made where nothing random may be had, as outside of a worker's requests", async () => {
  vi.resetModules();
  vi.doMock("node:crypto", () => ({
    randomInt: () => {
      throw new Error("no request");
    },
  }));
  onTestFinished(() => {
    vi.doUnmock("node:crypto");
    vi.resetModules();
  });
  const { BoundedSet: Fresh } = await import("../src/inbox/bounded-set.ts");
  const set = new Fresh(10);
  expect(() => set.add("a")).toThrow("no request");
});
