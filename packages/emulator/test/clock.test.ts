import { expect, test } from "vitest";
import { fastClock, realClock, steppedClock } from "../src/index.ts";

test("a stepped clock runs what falls due on the way at its own moment, and what that brings", async () => {
  const clock = steppedClock(1000);
  const ran: [string, number][] = [];
  const note = (name: string) => () => ran.push([name, clock.now()]);
  clock.setTimer(300, note("third"));
  clock.setTimer(100, () => {
    note("first")();
    clock.setTimer(50, note("second"));
  });
  clock.setTimer(200, note("cancelled"))();
  clock.setTimer(301, note("later"));
  await clock.advance(300);
  expect(ran).toEqual([
    ["first", 1100],
    ["second", 1150],
    ["third", 1300],
  ]);
  expect(clock.now()).toBe(1300);
  await clock.advance(1);
  expect(ran.at(-1)).toEqual(["later", 1301]);
});

test("a stepped clock stands still while something is held", async () => {
  const clock = steppedClock(0);
  const release = clock.hold?.();
  const ran: number[] = [];
  clock.setTimer(10, () => ran.push(clock.now()));
  const advanced = clock.advance(10);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(ran).toEqual([]);
  release?.();
  release?.();
  await advanced;
  expect(ran).toEqual([10]);
});

test("a fast clock passes an hour in a moment, and a cancelled timer never runs", async () => {
  const clock = fastClock(360_000);
  const begin = clock.now();
  let isCancelled = true;
  clock.setTimer(1_800_000, () => {
    isCancelled = false;
  })();
  await new Promise<void>((resolve) => clock.setTimer(3_600_000, resolve));
  expect(clock.now() - begin).toBeGreaterThanOrEqual(3_600_000);
  expect(isCancelled).toBe(true);
});

test("a month is no overflow", async () => {
  let hasRun = false;
  const cancel = realClock().setTimer(31 * 24 * 3_600_000, () => {
    hasRun = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  cancel();
  expect(hasRun).toBe(false);
});

test("time does not run backwards", () => {
  expect(() => fastClock(0)).toThrow(RangeError);
  expect(() => fastClock(Number.NaN)).toThrow(RangeError);
});
