import { expect, test } from "vitest";
import { eventNames, fieldNames, isEventName, parse } from "../src/index.ts";
import { familyTable, fieldTable, isLists } from "../src/schema/table.ts";
import { cloudBody } from "./support/notifications.ts";

test("an entry of the table of fields that is one item bears the field's name", () => {
  const singular = new Map([["business_username_update", "business_username_updates"]]);
  for (const [field, definition] of fieldTable) {
    if (!isLists(definition)) expect(definition.name).toBe(singular.get(field) ?? field);
  }
});

test("kinds are Meta's words in small letters", () => {
  for (const { name, kinds } of familyTable.values()) {
    for (const word of [name, ...Object.keys(kinds ?? {})]) expect(word).toMatch(/^[a-z][a-z_]*$/);
  }
});

test("names of events are told from other words, and a word of the prototype is none", () => {
  expect(eventNames.every(isEventName)).toBe(true);
  expect(new Set(eventNames).size).toBe(eventNames.length);
  for (const word of ["message", "message.txt", "*", "", "constructor", "__proto__"])
    expect(isEventName(word)).toBe(false);
});

test("the names of fields are those of the table", () => {
  expect(fieldNames).toEqual([...fieldTable.keys()]);
  expect(fieldNames).toContain("messages");
});

test("no event's name is a family's too, so that a pattern means one thing", () => {
  const families = eventNames
    .filter((name) => name.includes("."))
    .map((name) => name.split(".")[0] as string);
  const named = eventNames.filter((name) => !name.includes("."));
  const both = named.filter((name) =>
    eventNames.some((other) => other.startsWith(`${name}.`) && other !== `${name}.invalid`),
  );
  expect(families.length).toBeGreaterThan(0);
  expect(both).toEqual([]);
});

test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
  "a field or a type called %s is nothing special",
  (word) => {
    const body = cloudBody([{ id: "1", type: word, [word]: {} }]);
    expect([...parse(body)].map(({ name }) => name)).toEqual(["message.unknown"]);
    const change = { field: word, value: { [word]: [1] } };
    const other = { entry: [{ id: "1", changes: [change] }] };
    expect([...parse(other)].map(({ name }) => name)).toEqual(["unknown"]);
  },
);

test("one bad item among a thousand costs one invalid", () => {
  const items = Array.from({ length: 1_000 }, (_, i) => ({
    id: `m${i}`,
    type: "text",
    text: i === 500 ? 7 : { body: "x" },
  }));
  const names = [...parse(cloudBody(items))].map(({ name }) => name);
  expect(names.filter((name) => name === "message.text")).toHaveLength(999);
  expect(names[500]).toBe("message.invalid");
});
