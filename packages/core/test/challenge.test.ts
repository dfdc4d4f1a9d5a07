import { expect, test } from "vitest";
import { answerHandshake } from "../src/challenge.ts";

const TOKENS = ["abc", "defgh"];
const handshake = (token: string, before = "/webhooks/whatsapp?"): unknown => {
  const query = new URLSearchParams({
    "hub.mode": "subscribe",
    "hub.verify_token": token,
    "hub.challenge": "1",
  });
  return answerHandshake(`${before}${query}`, TOKENS);
};
const reason = (words: string): object =>
  expect.objectContaining({ ok: false, reason: expect.stringContaining(words) });

test("any of several tokens will do", () => {
  for (const token of TOKENS) expect(handshake(token)).toEqual({ ok: true, challenge: "1" });
});

test("a wrong token is told by its length, beside those of ours", () => {
  expect(handshake("x")).toEqual(reason("(1 characters came; ours has 3 or 5)"));
});

test("white space around any of ours is told", () => {
  expect(handshake(" abc")).toEqual(reason("by white space around it"));
  expect(handshake("defgh ")).toEqual(reason("by white space around it"));
});

test("what looks like a query in a path without one is none", () => {
  expect(handshake("abc", "/webhooks/whatsapp&")).toEqual(reason("hub.mode is missing"));
});
