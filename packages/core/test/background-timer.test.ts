import { expect, test, vi } from "vitest";
import { setBackgroundTimer } from "../src/background-timer.ts";

test("the process does not wait for it", () => {
  const timer = setBackgroundTimer(() => {}, 60_000);
  expect(timer.hasRef()).toBe(false);
  clearTimeout(timer);
});

test("where timers are numbers, that is all there is", () => {
  const run = () => {};
  const setTimeout = vi.fn(() => 7);
  vi.stubGlobal("setTimeout", setTimeout);
  expect(setBackgroundTimer(run, 60_000)).toBe(7);
  expect(setTimeout).toHaveBeenCalledWith(run, 60_000);
  vi.unstubAllGlobals();
});
