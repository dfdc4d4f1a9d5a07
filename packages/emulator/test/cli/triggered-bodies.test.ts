import { parse } from "@whatsapp-webhooks/core";
import { describe, expect, test } from "vitest";
import { assign, readAssignment } from "../../src/cli/trigger/assignments.ts";
import { triggeredBodies } from "../../src/cli/trigger/bodies.ts";
import { choose, knownEvents } from "../../src/cli/trigger/event-catalogue.ts";
import type { Json } from "../../src/json.ts";

const NOW = 1_800_000_000_000;
const plain = { assignments: [], batch: 1, isOutOfOrder: false, ageMs: 0, nowMs: NOW };

function events(event: string, options: Partial<typeof plain> = {}, isOnPremises = false) {
  const bodies = triggeredBodies(choose(event, isOnPremises), { ...plain, ...options });
  return bodies.map(({ bytes }) => [...parse(bytes, { receivedAt: NOW })]);
}

describe("what happened just now", () => {
  const regular = knownEvents().filter(
    ({ fixtures, name }) => fixtures.length > 0 && !/^(stale|duplicate)$/.test(name),
  );

  test.each(regular)("$name is news each time", ({ name, fixtures }) => {
    const isOnPremises = fixtures.every((fixture) => fixture.startsWith("on-premises/"));
    const key = () =>
      events(name, {}, isOnPremises)
        .flat()
        .find((event) => event.name === name)?.key ?? "";
    const keys = new Set(Array.from({ length: 12 }, key));
    // What has nothing but a time in whole seconds may coincide.
    expect(keys.size).toBeGreaterThan(1);
    if (/^(message|status)\./.test(name) && !name.endsWith(".invalid")) expect(keys.size).toBe(12);
  });

  test("the time is the present one, and an age goes back from it", () => {
    const [[, message] = []] = events("message.text");
    expect(message?.timestamp.getTime()).toBe(NOW);
    const [[, old] = []] = events("message.text", { ageMs: 8 * 86_400_000 });
    expect(old?.timestamp.getTime()).toBe(NOW - 8 * 86_400_000);
  });

  test("ids that name each other go on doing so", () => {
    const [[, first] = []] = events("message.text");
    expect(first?.raw).toMatchObject({ id: expect.stringMatching(/^wamid\.[\w+/]+=*$/) });
  });
});

test("a batch has as many items, all of them news", () => {
  const [all = [], ...others] = events("message.image", { batch: 7 });
  expect(others).toEqual([]);
  const images = all.filter(({ name }) => name === "message.image");
  expect(new Set(images.map(({ key }) => key)).size).toBe(7);
  expect(events("message.text", { batch: 3 }, true)[0]?.length).toBeGreaterThanOrEqual(3);
});

test("out of order: a status before those that it follows, of the same message", () => {
  const all = events("status.read", { isOutOfOrder: true }).flat();
  const statuses = all.filter(({ name }) => name.startsWith("status."));
  expect(statuses.map(({ name }) => name)).toEqual([
    "status.read",
    "status.delivered",
    "status.sent",
  ]);
  expect(new Set(statuses.map(({ raw }) => (raw as Json).id)).size).toBe(1);
  const times = statuses.map(({ timestamp }) => timestamp.getTime());
  expect(times).toEqual([...times].sort((a, b) => b - a));
});

test("out of order: of two messages the later one first", () => {
  const messages = events("message.text", { isOutOfOrder: true })
    .flat()
    .filter(({ name }) => name === "message.text");
  expect(messages).toHaveLength(2);
  expect(messages[0]?.timestamp.getTime()).toBeGreaterThan(messages[1]?.timestamp.getTime() ?? 0);
});

describe("--set", () => {
  const set = (item: Json, ...texts: readonly string[]): Json => {
    for (const text of texts) assign(item, readAssignment(text));
    return item;
  };

  test.each([
    ["text.body=hi", { text: { body: "hi" } }],
    ["text.body=", { text: { body: "" } }],
    ["text.body=a=b:c", { text: { body: "a=b:c" } }],
    ["count=7", { count: 7 }],
    ["from=12125550100", { from: "12125550100" }],
    ["from:=12125550100", { from: 12125550100 }],
    ["flag=true", { flag: true }],
    ["nothing=null", { nothing: null }],
    ["list.0.code=131047", { list: [{ code: 131047 }] }],
    ["list.1.code=5", { list: [{ code: 1 }, { code: 5 }] }],
    ["made.here=[1,2]", { made: { here: [1, 2] } }],
    ["text={}", { text: {} }],
    ['text.body={"rating":"9"}', { text: { body: '{"rating":"9"}' } }],
    ["text.body=[hi", { text: { body: "[hi" } }],
    ['text.body:={"rating":"9"}', { text: { body: { rating: "9" } } }],
    ["text.body=null", { text: { body: null } }],
    ["made.0.x=1", { made: [{ x: 1 }] }],
  ])("%s", (text, expected) => {
    const item = { from: "12125550123", text: { body: "Hello" }, list: [{ code: 1 }] };
    expect(set(item, text)).toMatchObject(expected);
  });

  test.each([
    ["text.body", "write a path and a value"],
    ["=x", "write a path and a value"],
    ["text..body=x", "write a path and a value"],
    ["text.body.more=x", "text.body is a text, so there is nothing below it"],
    ["list.5.code=1", "list is a list of 1; write an index from 0 to 1 instead of 5"],
    ["list.first.code=1", "write an index from 0 to 1 instead of first"],
    ["text.body:=hi", "the value is not JSON"],
    ["text={hi", "the value is not JSON"],
  ])("%s: %s", (text, message) => {
    const item = { text: { body: "Hello" }, list: [{ code: 1 }] };
    expect(() => set(item, text)).toThrow(message);
  });

  test("a property called __proto__ is one, and changes nobody else", () => {
    const item = set({}, "__proto__.polluted=true");
    expect(Object.hasOwn(item, "__proto__")).toBe(true);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});
