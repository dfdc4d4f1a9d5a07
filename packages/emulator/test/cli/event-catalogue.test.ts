import { eventNames, fieldNames, parse } from "@whatsapp-webhooks/core";
import { describe, expect, test } from "vitest";
import { triggeredBodies } from "../../src/cli/trigger/bodies.ts";
import { choose, knownEvents } from "../../src/cli/trigger/event-catalogue.ts";
import { findItem } from "../../src/cli/trigger/find-item.ts";
import { cloudFields } from "../../src/cloud/fields.ts";
import { fixtureBody, notificationNames } from "../../src/fixtures.ts";
import type { Json } from "../../src/json.ts";

const plain = { assignments: [], batch: 1, isOutOfOrder: false, ageMs: 0, nowMs: Date.now() };
const namesIn = (bytes: Uint8Array): string[] => [...parse(bytes)].map(({ name }) => name);
const known = knownEvents();

test("every event of the receiver's tables is known, and no other", () => {
  expect(known.map(({ name }) => name)).toEqual([...eventNames].sort());
});

test("an app can subscribe to every field of the receiver's tables, and to no more than Meta has", () => {
  expect(fieldNames.filter((field) => !cloudFields.includes(field))).toEqual([]);
  // Of this one nobody has shown a body yet.
  expect(cloudFields.filter((field) => !fieldNames.includes(field))).toEqual(["consumer_profile"]);
});

describe("triggering an event gives a body that becomes that event", () => {
  test.each(known.filter(({ fixtures, name }) => fixtures.length > 0 && name !== "stale"))(
    "$name",
    ({ name, fixtures }) => {
      const isOnPremises = fixtures.every((fixture) => fixture.startsWith("on-premises/"));
      const [body] = triggeredBodies(choose(name, isOnPremises), plain);
      expect(namesIn(body?.bytes ?? new Uint8Array())).toContain(name);
    },
  );
});

test("only what cannot occur has no body: .invalid where everything is optional, .unknown where the place tells the kind", () => {
  const without = known.filter(({ fixtures }) => fixtures.length === 0).map(({ name }) => name);
  const [unfit, others] = [/\.invalid$/, /^(?!.*\.invalid$)/].map((kind) =>
    without.filter((name) => kind.test(name)),
  );
  expect(others).toEqual(["history.unknown", "standby.unknown"]);
  for (const name of others ?? [])
    expect(() => choose(name, false)).toThrow("where an item stands tells its kind");
  for (const name of unfit ?? []) {
    expect(() => choose(name, false)).toThrow("everything in it is optional");
    const field = name.replace(".invalid", "");
    for (const odd of [null, 5, "text", [], {}])
      expect(namesIn(bodyOf(field, everyPropertyIs(field, odd)))).not.toContain(name);
  }
});

function bodyOf(field: string, value: Json): Buffer {
  const entry = [{ id: "104853279016642", time: 1_800_000_000, changes: [{ field, value }] }];
  return Buffer.from(JSON.stringify({ object: "whatsapp_business_account", entry }));
}

/** The properties of all bodies of a field, with a value that fits none of them. */
function everyPropertyIs(field: string, odd: unknown): Json {
  const names = notificationNames().filter((name) => name.startsWith(`${field}/`));
  const values = names.map((name) => findItem(fixtureBody(name), field));
  expect(values.length).toBeGreaterThan(0);
  return Object.fromEntries(values.flatMap((value) => Object.keys(value)).map((key) => [key, odd]));
}

test("the plainest body is taken", () => {
  expect(choose("message.text", false).fixture).toBe("messages/text");
  expect(choose("message.image", false).fixture).toBe("messages/image");
  expect(choose("message.text", true).fixture).toBe("on-premises/text");
  expect(choose("account_update.partner_added", false).fixture).toBe(
    "account_update/partner-added",
  );
});

test("a body may be named itself", () => {
  expect(choose("messages/text-referral-post", false)).toMatchObject({ event: "message.text" });
});

test("a body of the other API is refused, one of the On-Premises API needs no option", () => {
  expect(() => choose("messages/text-now", true)).toThrow(
    "messages/text-now is a body of the Cloud API: leave --on-premises out.",
  );
  for (const isOnPremises of [true, false])
    expect(choose("on-premises/text", isOnPremises)).toMatchObject({ fixture: "on-premises/text" });
});

test.each([
  ["mesage.text", "did you mean message.text?"],
  ["status.delivred", "did you mean status.delivered?"],
  ["text", "did you mean message.text"],
  ["messages/txt", "did you mean messages/text?"],
  ["no such thing at all", 'there is no event "no such thing at all". See'],
])("%s: %s", (wanted, message) => {
  expect(() => choose(wanted, false)).toThrow(message);
});

test("an event of the one API alone says how to get it", () => {
  expect(() => choose("account_alerts", true)).toThrow(
    "the On-Premises API sends no account_alerts",
  );
});

test("the item is the message, the status, the element or the value", () => {
  const item = (event: string): Json => {
    const { body } = choose(event, false);
    return findItem(body, event);
  };
  expect(item("message.text")).toHaveProperty("text.body");
  expect(item("status.read")).toMatchObject({ status: "read" });
  expect(item("account_update.partner_added")).toMatchObject({ event: "PARTNER_ADDED" });
  expect(item("calls.connect")).toMatchObject({ event: "connect" });
  expect(item("platform_error")).toHaveProperty("code");
  expect(item("flows.client_error_rate")).toMatchObject({ event: "CLIENT_ERROR_RATE" });
  expect(item("standby.message")).toMatchObject({ type: "text" });
  expect(item("contact")).toHaveProperty("wa_id");
  expect(item("changed_fields")).toHaveProperty("changed_fields");
});
