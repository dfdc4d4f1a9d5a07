import { describe, expect, test } from "vitest";
import { isTooDeep, LevelCount, mostItemsIn } from "../src/density.ts";
import { type AnyEvent, parse } from "../src/index.ts";
import { cloudBody, text } from "./support/notifications.ts";

describe("levels of a JSON text", () => {
  /** So many levels, in a text that is long enough to be looked through. */
  const nested = (levels: number, [open, close] = ["[", "]"]): string =>
    `[${open.repeat(levels - 1)}"${"x".repeat(8_000)}"${close.repeat(levels - 1)}]`;

  test.each([
    ["lists", ["[", "]"]],
    ["objects", ['{"a":', "}"]],
  ])("a thousand of %s are read, one more is too many", (_what, brackets) => {
    expect(isTooDeep(nested(1_000, brackets as [string, string]))).toBe(false);
    expect(isTooDeep(nested(1_001, brackets as [string, string]))).toBe(true);
  });

  test("too many are refused before the text is read, and whether or not it is JSON", () => {
    for (const json of [nested(1_001), "[".repeat(5_000)])
      expect(() => parse(json).next()).toThrow(expect.objectContaining({ code: "body_too_dense" }));
  });

  test("a text of 4,000 characters is never too deep: it costs too little", () => {
    const deep = "[".repeat(2_000) + "]".repeat(2_000);
    expect(isTooDeep(deep)).toBe(false);
    expect(isTooDeep(`${deep} `)).toBe(true);
  });

  test("what is closed again does not count", () => {
    expect(isTooDeep(`[${"[],".repeat(3_000)}{}]`)).toBe(false);
    expect(isTooDeep(`[${"{},".repeat(3_000)}[]]`)).toBe(false);
  });

  test.each([
    ["in a text", `["${"[".repeat(5_000)}"]`],
    ["in a text, behind an escaped quote", `["\\"${"[{".repeat(3_000)}"]`],
  ])("brackets %s are none", (_what, json) => {
    expect(isTooDeep(json)).toBe(false);
  });

  test("brackets behind a text count, whatever its end looks like", () => {
    expect(isTooDeep(`["a\\\\",${"[".repeat(5_000)}`)).toBe(true);
    expect(isTooDeep(`["\\"",${"[".repeat(5_000)}`)).toBe(true);
  });

  test("a text that comes in pieces counts as one, wherever it is cut", () => {
    const deep = `["\\\\","\\"]",${"[".repeat(1_000)}`;
    for (const json of [deep, deep.slice(0, -1)]) {
      for (let cut = 0; cut <= 12; cut++) {
        const levels = new LevelCount();
        levels.isTooMany(json.slice(0, cut));
        expect(levels.isTooMany(json.slice(cut))).toBe(json === deep);
      }
    }
  });
});

describe("values of one item", () => {
  const odd = (errors: unknown): object => ({ ...text("hello", { id: "wamid.A" }), errors });
  /** An event's item has its own properties too, and the text of a message. */
  const OWN = Object.keys(odd([])).length + 1;
  const listOf = (count: number): number[] => Array<number>(count).fill(7);
  const first = (
    body: object,
    form: (body: object) => object | string = JSON.stringify,
  ): AnyEvent => [...parse(form(body))][0] as AnyEvent;

  test.each<[string, (body: object) => object | string]>([
    ["text", JSON.stringify],
    ["an object", (body) => body],
  ])("ten thousand are checked, one more is not: %s", (_what, form) => {
    const checked = first(cloudBody([odd(listOf(10_000 - OWN))]), form);
    expect(checked.issues?.[0]?.path).toMatch(/^errors/);
    const item = odd(listOf(10_001 - OWN));
    const { name, data, issues, raw, key, sender } = first(cloudBody([item]), form);
    expect({ name, issues, key }).toEqual({
      name: "message.invalid",
      issues: [{ path: "", message: "more than 10000 values: not checked" }],
      key: "message:wamid.A:text",
    });
    expect(raw).toEqual(item);
    // What is a list or an object is not looked into.
    expect(data).toEqual({
      id: "wamid.A",
      from: "12125550101",
      timestamp: "1790000000",
      type: "text",
    });
    expect(sender?.key).toBe("12125550101");
  });

  test("of an item that is not checked, not even lists that fit are in `data`", () => {
    const errors = Array.from({ length: 10_000 }, () => ({ code: 1 }));
    const { name, data } = first(cloudBody([odd(errors)]));
    expect(name).toBe("message.invalid");
    expect(Object.keys(data as object)).not.toContain("errors");
  });

  test("they are counted at every level", () => {
    const wide = Array.from({ length: 200 }, () => ({ a: { b: listOf(60) } }));
    expect(first(cloudBody([odd(wide)])).issues?.[0]?.message).toContain("not checked");
  });

  test("many texts, numbers and nothings in lists are values too", () => {
    for (const value of ["a", 1, null])
      expect(first(cloudBody([odd(Array(10_000).fill(value))])).issues?.[0]?.message).toContain(
        "not checked",
      );
  });

  test("what is not for anybody is not made, wide or not", () => {
    const body = cloudBody([odd(listOf(20_000)), text("b")]);
    expect([...parse(body, { wants: (name) => name === "status.sent" })]).toEqual([]);
  });
});

describe("items of a body", () => {
  const body = cloudBody([text("a"), text("b"), text("c")]);

  test("more than the caller allows are refused before the first is given", () => {
    expect([...parse(body, { mostItems: 3 })]).toHaveLength(3);
    expect(() => parse(body, { mostItems: 2 }).next()).toThrow(
      expect.objectContaining({ code: "body_too_dense" }),
    );
  });

  test("a few are always allowed, and one more in every 64 bytes", () => {
    expect([0, 63, 64, 6_400].map(mostItemsIn)).toEqual([16, 16, 17, 116]);
  });
});
