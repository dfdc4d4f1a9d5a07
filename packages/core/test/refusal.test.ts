import { expect, test } from "vitest";
import { WebhookError } from "../src/index.ts";
import { causeOf, describe, refusal } from "../src/refusal.ts";

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

test.each<[string, () => unknown, string]>([
  ["an error with a code", () => Object.assign(new TypeError("x"), { code: "E" }), "TypeError E"],
  ["an error", () => new RangeError("x"), "RangeError"],
  ["a text", () => "12125550100", "string"],
  [
    "an error whose code throws",
    () => Object.defineProperty(new Error("x"), "code", { get: () => expect.unreachable() }),
    "object",
  ],
  [
    "what throws whenever it is looked at",
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
    "object",
  ],
])("%s is described by its kind alone", (_what, cause, words) => {
  expect(describe(cause())).toBe(words);
});
