import { expect, test } from "vitest";
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
