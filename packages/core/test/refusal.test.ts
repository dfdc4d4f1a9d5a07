import { expect, test } from "vitest";
import { WebhookError } from "../src/index.ts";
import { causeOf, refusal } from "../src/refusal.ts";

test.each(["body_timeout", "body_too_large", "unverified_limit"])(
  "after %s the connection closes, if there is one with a body left on it",
  (code) => {
    expect(refusal(408, code, true).headers).toHaveProperty("connection", "close");
    expect(refusal(408, code, false).headers).not.toHaveProperty("connection");
  },
);

test("handshakes that differ in lengths alone failed for one cause", () => {
  const cause = (words: string): string => causeOf(new WebhookError("handshake_rejected", words));
  expect(cause("9 characters came")).toBe(cause("10 characters came"));
  expect(cause("9 characters came")).not.toBe(cause("it is missing"));
});
