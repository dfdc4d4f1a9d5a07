import { afterEach, expect, test, vi } from "vitest";
import { Emitter } from "../src/emitter.ts";
import { RecordReader } from "../src/record-reader.ts";
import { cloudBody, record, text } from "./support/notifications.ts";

afterEach(() => vi.restoreAllMocks());

const emitter = new Emitter(() => {});
emitter.subscriptions().on("message.text", () => {});
const reader = new RecordReader({ emitter });
const large = record(cloudBody(Array.from({ length: 1_000 }, (_, i) => text(String(i)))));

test("a large body read in slices gives what it gives in one go", async () => {
  const whole = reader.read(large, () => false);
  expect(whole.events).toHaveLength(1_000);
  const sliced = await reader.readSliced(large, () => false);
  expect(sliced.events.map(({ key }) => key)).toEqual(whole.events.map(({ key }) => key));
});

test("between the slices the event loop turns", async () => {
  // A clock by which every item takes a millisecond: a slice of five is over after a few.
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => ++now);
  let turns = 0;
  let isReading = true;
  const turn = (): void => {
    turns++;
    if (isReading) setImmediate(turn);
  };
  setImmediate(turn);
  await reader.readSliced(large, () => false);
  isReading = false;
  expect(turns).toBeGreaterThan(100);
});
