// CONTRIBUTING.md tells how to add a webhook field. These tests follow it, with the very words that stand there.
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import * as family from "../../packages/core/src/schema/family.ts";
import * as shape from "../../packages/core/src/schema/shape.ts";

vi.mock("../../packages/core/src/schema/fields/index.ts", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  store_update: entry(blockIn("js")),
}));

const { eventNames, parse } = await import("../../packages/core/src/index.ts");

/** What the step's block exports, in a file with the imports that the files of the tables have. */
function entry(source: string): unknown {
  const tools = { ...family, ...shape };
  const code = `${source.replace("export const store_update =", "return")}`;
  return new Function(...Object.keys(tools), code)(...Object.values(tools));
}

/** The block of a language in the steps, without their indentation. */
function blockIn(language: string): string {
  const text = readFileSync(new URL("../../CONTRIBUTING.md", import.meta.url), "utf8");
  const [, section = ""] = text.split("## A new webhook field, step by step");
  const [, block = ""] =
    new RegExp(`^ +\`\`\`${language}\n([^]*?)^ +\`\`\`$`, "m").exec(section) ?? [];
  return block.replace(/^ {3}/gm, "");
}

test("the entry gives the events that are promised", () => {
  for (const kind of ["store_opened", "store_closed", "unknown", "invalid"])
    expect(eventNames).toContain(`store_update.${kind}`);
});

test("the fixture gives its events, and has what a fixture needs", () => {
  const { events, body, ...rest } = JSON.parse(blockIn("json")) as Record<string, object>;
  expect(Object.keys(rest).sort()).toEqual(["read", "source", "title"]);
  const given = [...parse(body as object)];
  expect(given.map(({ name }) => name)).toEqual(events);
  expect(given[0]).toMatchObject({ data: { event: "STORE_OPENED", store_id: "S-17" } });
});

test("a kind that comes later is unknown, a value without the kind's word too, and one that does not fit invalid", () => {
  const body = (value: object) => ({
    object: "whatsapp_business_account",
    entry: [{ id: "1", time: 1, changes: [{ field: "store_update", value }] }],
  });
  const nameOf = (value: object) => [...parse(body(value))].map(({ name }) => name).join();
  expect(nameOf({ event: "STORE_MOVED" })).toBe("store_update.unknown");
  expect(nameOf({ event: 7 })).toBe("store_update.invalid");
});
