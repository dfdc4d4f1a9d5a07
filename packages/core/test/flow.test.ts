import { expect, test } from "vitest";
import { flowAnswerOf } from "../src/flow.ts";

const message = (response_json: unknown, name: unknown = "flow"): { interactive: unknown } => ({
  interactive: { type: "nfm_reply", nfm_reply: { response_json, name, body: "Sent" } },
});

test("an answer is given as text and parsed, its token beside it", () => {
  const raw = '{"flow_token":"t-1","size":"M","count":2}';
  expect(flowAnswerOf(message(raw))).toEqual({
    name: "flow",
    token: "t-1",
    raw,
    response: { flow_token: "t-1", size: "M", count: 2 },
  });
});

test.each([
  ["an object without a token", '{"size":"M"}', { size: "M" }],
  ["a token that is no text", '{"flow_token":5}', { flow_token: 5 }],
  ["a list", '["M"]', ["M"]],
  ["a text", '"M"', "M"],
  ["a number", "5", 5],
  ["null", "null", null],
])("%s is parsed as it is, without a token", (_what, raw, response) => {
  expect(flowAnswerOf(message(raw))).toEqual({ name: "flow", raw, response });
});

test.each([
  ["nothing", ""],
  ["no JSON", "{size:M}"],
  ["half of it", '{"size":'],
  ["what is nested beyond reason", "[".repeat(10_000) + "]".repeat(10_000)],
])("%s stays text alone", (_what, raw) => {
  expect(flowAnswerOf(message(raw))).toStrictEqual({ name: "flow", raw });
});

test("keys of the flow's own that mean something to JavaScript are keys", () => {
  const answer = flowAnswerOf(message('{"__proto__":{"admin":true},"toString":1}'));
  expect(Object.keys(answer?.response as object)).toEqual(["__proto__", "toString"]);
  expect(({} as Record<string, unknown>).admin).toBeUndefined();
});

test("a name that is no text is left out", () => {
  expect(flowAnswerOf(message("{}", 5))).toEqual({ raw: "{}", response: {} });
});

test.each([
  ["no interactive object", {}],
  ["null", { interactive: null }],
  ["another kind of answer", { interactive: { button_reply: { id: "1" } } }],
  ["an answer without text", message(undefined)],
  ["an answer that is no text", message({ size: "M" })],
  ["a text in its place", { interactive: "nfm_reply" }],
])("%s is no flow", (_what, value) => {
  expect(flowAnswerOf(value)).toBeUndefined();
});
