import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Lull } from "../src/inbox/lull.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("begins when nothing has come for a millisecond", () => {
  const onLull = vi.fn();
  const lull = new Lull(onLull);
  lull.arrival();
  expect(onLull).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onLull).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(onLull).toHaveBeenCalledTimes(1);
});

test("waits while more comes, for five milliseconds and not longer", () => {
  const onLull = vi.fn();
  const lull = new Lull(onLull);
  lull.arrival();
  for (let ms = 1; ms < 5; ms++) {
    lull.arrival();
    vi.advanceTimersByTime(1);
    expect(onLull).toHaveBeenCalledTimes(0);
  }
  lull.arrival();
  vi.advanceTimersByTime(1);
  expect(onLull).toHaveBeenCalledTimes(1);
});

test("waits for no more than 64 arrivals", () => {
  const onLull = vi.fn();
  const lull = new Lull(onLull);
  for (let i = 0; i < 63; i++) lull.arrival();
  expect(onLull).not.toHaveBeenCalled();
  lull.arrival();
  expect(onLull).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(onLull).toHaveBeenCalledTimes(1);
});

test("waits for the next one anew", () => {
  const onLull = vi.fn();
  const lull = new Lull(onLull);
  for (const calls of [1, 2, 3]) {
    lull.arrival();
    vi.advanceTimersByTime(1);
    expect(onLull).toHaveBeenCalledTimes(calls);
    vi.advanceTimersByTime(1_000);
  }
});

test("stopped, it calls nobody any more", () => {
  const onLull = vi.fn();
  const lull = new Lull(onLull);
  lull.arrival();
  lull.stop();
  vi.advanceTimersByTime(100);
  expect(onLull).not.toHaveBeenCalled();
});
