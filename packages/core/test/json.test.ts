import { expect, test } from "vitest";
import { toJson, toJsonSliced } from "../src/json.ts";

const PIECE_BYTES = 262_144;

/** The value as bytes, with spaces before it. */
function bytesOf(value: unknown, offset: number): Uint8Array {
  return Buffer.from(" ".repeat(offset) + JSON.stringify(value));
}

test.each([
  ["characters of two bytes", "é"],
  ["characters of three bytes", "€"],
  ["characters of four bytes", "🎉"],
  ["escaped quotes", '"'],
  ["backslashes", "\\"],
  ["brackets in a text", "[{"],
])("a large body is read in pieces, wherever it is cut: %s", async (_, letters) => {
  const value = { text: letters.repeat(PIECE_BYTES / 2), list: [1, "two", null] };
  for (let offset = 0; offset < 5; offset++)
    expect(await toJsonSliced(bytesOf(value, offset))).toEqual(value);
});

test("a byte order mark is passed over, in pieces too", async () => {
  const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytesOf({ a: 1 }, PIECE_BYTES)]);
  expect(toJson(body)).toEqual({ a: 1 });
  expect(await toJsonSliced(body)).toEqual({ a: 1 });
});

test("levels are counted over all pieces", async () => {
  const nested = (levels: number): Buffer =>
    Buffer.from(`[${`"${"x".repeat(2_000)}",[`.repeat(levels - 1)}${"]".repeat(levels)}`);
  await expect(toJsonSliced(nested(1_000))).resolves.toBeDefined();
  await expect(toJsonSliced(nested(1_001))).rejects.toMatchObject({ code: "body_too_dense" });
  expect(() => toJson(nested(1_001))).toThrow(expect.objectContaining({ code: "body_too_dense" }));
});

test("what is no JSON, or is cut off in a character, says so", async () => {
  const whole = bytesOf({ text: "🎉".repeat(PIECE_BYTES) }, 0);
  for (const end of [-1, -3, -4, -5])
    await expect(toJsonSliced(whole.subarray(0, end))).rejects.toMatchObject({
      code: "body_not_json",
    });
});

test("others have their turn in between", async () => {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await toJsonSliced(bytesOf({ text: "x".repeat(10 * PIECE_BYTES) }, 0));
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(10);
});
