import { describe, expect, test } from "vitest";
import * as z from "zod";
import { type AnyEvent, parse } from "../src/index.ts";
import { repair } from "../src/repair.ts";
import { cloudBody, text } from "./support/notifications.ts";

const first = (item: object): AnyEvent => [...parse(cloudBody([item]))][0] as AnyEvent;

describe("what does not fit is left out, and the event keeps its name", () => {
  test.each([
    ["an optional property", { from: 7 }, "from", undefined],
    ["a property inside one", { context: { id: 7, from: "1" } }, "context", { from: "1" }],
    ["a list that is none", { errors: 7 }, "errors", undefined],
    [
      "an element of a list",
      { errors: [{ code: 1 }, 7, { code: 2 }] },
      "errors",
      [{ code: 1 }, { code: 2 }],
    ],
    [
      "a type that is an object",
      { referral: { source_url: {}, body: "x" } },
      "referral",
      { body: "x" },
    ],
  ])("%s", (_what, odd, property, left) => {
    const item = { ...text("hello"), ...odd };
    const event = first(item);
    expect(event.name).toBe("message.text");
    expect(event.issues?.length).toBeGreaterThan(0);
    expect((event.data as Record<string, unknown>)[property]).toEqual(left);
    expect(event.raw).toEqual(item);
  });

  test("an event without what it cannot do without is invalid", () => {
    expect(first({ ...text("x"), text: {} }).name).toBe("message.invalid");
    expect(first({ ...text("x"), text: { body: 7 } }).name).toBe("message.invalid");
    expect(first({ ...text("x"), id: 7 }).name).toBe("message.invalid");
  });

  test("what cannot be copied, as only a caller's own object can be, is not mended", () => {
    expect(first({ ...text("x"), from: 7, own() {} }).name).toBe("message.invalid");
  });

  test.each([
    ["a thousand issues are mended", 1_000, "message.text"],
    ["more are not worth the work", 1_001, "message.invalid"],
  ])("%s", (_what, count, name) => {
    const errors = Array.from({ length: count }, () => 7);
    expect(first({ ...text("x"), errors }).name).toBe(name);
  });

  test("an event tells of a hundred issues at most", () => {
    const errors = Array.from({ length: 101 }, () => 7);
    expect(first({ ...text("x"), errors }).issues).toHaveLength(100);
    expect(first({ ...text("x"), errors: errors.slice(1) }).issues).toHaveLength(100);
    expect(first({ ...text("x"), errors: errors.slice(2) }).issues).toHaveLength(99);
  });

  test("the raw item is never changed, and what fits has no issues", () => {
    const item = { ...text("x"), from: 7 };
    const copy = structuredClone(item);
    first(item);
    expect(item).toEqual(copy);
    expect(first(text("x"))).not.toHaveProperty("issues");
  });
});

test("a misfit inside what another takes out is gone with it", () => {
  const inner = z.object({ b: z.object({ c: z.string() }).optional() }).optional();
  const schema = z.looseObject({ a: inner, list: z.array(z.unknown()).optional() }).check((ctx) => {
    if (ctx.value.a === undefined) return;
    for (const path of [["a"], ["a", "b", "c"], ["list", 0]])
      ctx.issues.push({ code: "custom", message: "no", path, input: ctx.value });
  });
  const data = { id: 1, a: { b: { c: "x" } }, list: [7, 8] };
  const { error } = schema.safeParse(data);
  const gone = error?.issues.map(({ path }) => path);
  expect(gone).toEqual([["a"], ["a", "b", "c"], ["list", 0]]);
  // Without `a` there is nothing that the second could name but the root.
  expect(repair(schema, data, error as z.ZodError)).toBeUndefined();
});
