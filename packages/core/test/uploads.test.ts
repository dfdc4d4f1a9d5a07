import { expect, onTestFinished, test, vi } from "vitest";
import { type Upload, Uploads } from "../src/uploads.ts";

test("what was ended takes no more: its bytes would be counted for good", () => {
  const uploads = new Uploads(10, 60_000);
  const late: Upload = { since: performance.now() - 5_000, size: 6, giveUp() {} };
  uploads.begin(late);
  uploads.take(late, 6);
  const quick: Upload = { since: performance.now(), size: 8, giveUp() {} };
  uploads.begin(quick);
  uploads.take(quick, 8);
  // A chunk that was on its way when it had to make room.
  expect(() => uploads.take(late, 1)).toThrow("unverified bodies");
  uploads.end(late);
  uploads.end(quick);
  const next: Upload = { since: performance.now(), size: 10, giveUp() {} };
  uploads.begin(next);
  uploads.take(next, 10);
  uploads.end(next);
});

test("who is slow and has nothing yet is left alone: that would make no room", () => {
  const uploads = new Uploads(10, 60_000);
  const ended: string[] = [];
  const begin = (name: string): Upload => {
    const since = performance.now() - 5_000;
    const upload = { since, size: 0, giveUp: () => void ended.push(name) };
    uploads.begin(upload);
    return upload;
  };
  begin("waiting");
  const large = begin("large");
  expect(() => uploads.take(large, 11)).toThrow("unverified bodies");
  expect(ended).toEqual([]);
  uploads.take(large, 10);
});

test("one timer serves all, and where it was taken away with the request that set it, whoever begins next looks", async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const timers = vi.spyOn(globalThis, "setTimeout");
  const uploads = new Uploads(10, 3_000);
  const ended: string[] = [];
  const begin = (name: string): void =>
    uploads.begin({
      since: performance.now(),
      size: 0,
      giveUp: ({ code }) => ended.push(`${name}: ${code}`),
    });
  begin("first");
  begin("second");
  expect(timers).toHaveBeenCalledTimes(1);
  vi.clearAllTimers();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(ended).toEqual([]);
  begin("third");
  expect(ended).toEqual(["first: body_timeout", "second: body_timeout"]);
  expect(timers).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(ended).toHaveLength(3);
});

test("what began late does not put off the end of what is late by then, though the timer has not come to it", async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const uploads = new Uploads(10, 3_000);
  const ended: string[] = [];
  const begin = (name: string, since = performance.now()): void =>
    uploads.begin({ since, size: 0, giveUp: ({ code }) => ended.push(`${name}: ${code}`) });
  begin("slow");
  await vi.advanceTimersByTimeAsync(1_000);
  begin("later");
  await vi.advanceTimersByTimeAsync(1_998);
  // The event loop is busy: others begin in the very turn in which the timer is due, and before it.
  begin("busy", performance.now() + 2);
  await vi.advanceTimersByTimeAsync(2);
  expect(ended).toEqual(["slow: body_timeout"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ended).toEqual(["slow: body_timeout", "later: body_timeout"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(ended).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});
