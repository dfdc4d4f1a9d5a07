import { describe, expect, test } from "vitest";
import { type AnyEvent, eventNames, fieldNames, isEventName, parse } from "../src/index.ts";
import { messageTypes } from "../src/schema/message-types.ts";
import { statusTypes } from "../src/schema/status-types.ts";
import { allFixtures } from "./support/fixtures.ts";
import { escapedAsThePlatformDoes } from "./support/platform-json.ts";

const fixtures = allFixtures();

/** Every object, list and value inside a body. */
function partsOf(value: unknown, parts: Set<unknown> = new Set()): Set<unknown> {
  parts.add(value);
  if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) partsOf(part, parts);
  return parts;
}

/** An event without what differs from one parse to the next. */
const lasting = ({ receivedAt: _, ...event }: AnyEvent): unknown => event;

describe("a fixture gives exactly its events, whole and in order", () => {
  test.each(fixtures.map((each) => [each.name, each.title, each] as const))(
    "%s: %s",
    (_name, _title, fixture) => {
      const receivedAt = 1_795_000_000_000;
      const events = [...parse(fixture.body, { receivedAt })];
      expect(events.map(({ name }) => name)).toEqual(fixture.events);

      const parts = partsOf(fixture.body);
      const [folder] = fixture.name.split("/");
      for (const event of events) {
        expect(eventNames).toContain(event.name);
        expect(event.source).toBe(fixture.api);
        expect(event.key).not.toBe("");
        expect(event.timestamp.getTime()).toBeGreaterThan(0);
        expect(event.timestamp.getTime()).toBeLessThanOrEqual(receivedAt + 86_400_000);
        expect(event.receivedAt.getTime()).toBe(receivedAt);
        expect("issues" in event).toBe(event.name.endsWith(".invalid"));
        if (event.source === "on-premises") expect(event).not.toHaveProperty("field");
        else if (folder !== "envelope") expect(event.account.wabaId).toMatch(/./);
        // What came in a history is nested deeper than its events tell; everything else is the very item of the body.
        if (folder !== "history") expect(parts.has(event.raw)).toBe(true);
        for (const person of [event.sender, event.recipient])
          if (person !== undefined) expect([person.userId, person.phone]).toContain(person.key);
      }
      expect(new Set(events.map(({ key }) => key)).size).toBe(events.length);

      const bytes = Buffer.from(escapedAsThePlatformDoes(fixture.body), "latin1");
      expect([...parse(bytes, { receivedAt })].map(lasting)).toEqual(events.map(lasting));
    },
  );
});

test("every fixture lies under its field, and says what it shows and where it is from", () => {
  for (const { name, title, source, read } of fixtures) {
    expect(["on-premises", "envelope", ...fieldNames]).toContain(name.split("/")[0]);
    expect(title.length).toBeGreaterThan(10);
    expect(source.length).toBeGreaterThan(5);
    expect(read).toMatch(/^2026-\d\d-\d\d$/);
  }
  expect(new Set(fixtures.map(({ body }) => JSON.stringify(body))).size).toBe(fixtures.length);
});

describe("every event has a fixture", () => {
  const given = new Set(fixtures.flatMap(({ events }) => events));
  const inField = (folder: string): Set<string> =>
    new Set(
      fixtures.filter(({ name }) => name.startsWith(`${folder}/`)).flatMap(({ events }) => events),
    );

  test.each(Object.keys(messageTypes))("message.%s, from the Cloud API", (type) => {
    expect(inField("messages")).toContain(`message.${type}`);
  });

  test.each(Object.keys(statusTypes))("status.%s, from the Cloud API", (type) => {
    expect(inField("messages")).toContain(`status.${type}`);
  });

  test.each([
    "contact",
    "platform_error",
    "unknown",
    "duplicate",
    "message.unknown",
    "message.invalid",
    "status.unknown",
    "status.invalid",
    "contact.invalid",
    "platform_error.invalid",
  ])("%s, from the Cloud API", (name) => {
    expect(inField("messages")).toContain(name);
  });

  test.each([
    "message.text",
    "message.audio",
    "message.system",
    "message.unsupported",
    "message.unknown",
    "message.invalid",
    "status.sent",
    "status.deleted",
    "status.warning",
    "status.invalid",
    "contact",
    "platform_error",
    "unknown",
    "duplicate",
  ])("%s, from the On-Premises API", (name) => {
    expect(inField("on-premises")).toContain(name);
  });

  test("and so has every other name of the tables, `.unknown` and `.invalid` of other fields aside", () => {
    // A `stale` event is made by the processor; no body is stale by itself.
    const regular = eventNames.filter((name) => !/\.(unknown|invalid)$|^stale$/.test(name));
    expect(regular.length).toBeGreaterThan(150);
    expect(regular.filter((name) => !given.has(name))).toEqual([]);
  });

  test("no fixture expects an event that does not exist", () => {
    expect([...given].filter((name) => !isEventName(name))).toEqual([]);
  });
});
