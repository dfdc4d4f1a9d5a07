import fc from "fast-check";
import { expect, test } from "vitest";
import { toDate } from "../src/time.ts";

test.each<[string, unknown, string]>([
  ["seconds in a string", "1772987828", "2026-03-08T16:37:08.000Z"],
  ["seconds as a number", 1772987828, "2026-03-08T16:37:08.000Z"],
  ["seconds with decimals", 1772987828.5, "2026-03-08T16:37:08.500Z"],
  ["milliseconds in a string", "1772987828123", "2026-03-08T16:37:08.123Z"],
  ["milliseconds as a number", 1772987828123, "2026-03-08T16:37:08.123Z"],
  ["the first second there is", 1, "1970-01-01T00:00:01.000Z"],
  ["the last number that is taken for seconds", 1e11 - 1, "5138-11-16T09:46:39.000Z"],
  ["the first that is taken for milliseconds", 1e11, "1973-03-03T09:46:40.000Z"],
  ["blanks around the digits", " 1772987828 ", "2026-03-08T16:37:08.000Z"],
])("%s", (_what, time, iso) => {
  expect(toDate(time)?.toISOString()).toBe(iso);
});

test.each([
  ["nothing", undefined],
  ["null", null],
  ["zero", 0],
  ["zero in a string", "0"],
  ["a negative number", -5],
  ["an empty string", ""],
  ["blanks", "  "],
  ["a word", "yesterday"],
  ["an ISO date", "2026-03-08T16:37:08Z"],
  ["an endless number", Number.POSITIVE_INFINITY],
  ["one in a string", "1e400"],
  ["more than a Date can hold", 1e300],
  ["a boolean", true],
  ["a list", [1772987828]],
  ["an object that cannot become a number", { valueOf: 1, toString: 1 }],
])("%s is no time", (_what, time) => {
  expect(toDate(time)).toBeUndefined();
});

test("whatever comes, the result is a valid Date or none", () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.double(), fc.bigInt().map(String)), (time) => {
      expect(toDate(time)?.getTime() ?? 0).not.toBeNaN();
    }),
  );
});
