import { describe, expect, test } from "vitest";
import type { ParseOptions } from "../src/index.ts";
import { fingerprint } from "../src/signature.ts";
import { change, cloud, events } from "./support/bodies.ts";

const NOW = 1_795_000_000_000;
const HOUR = NOW - (NOW % 3_600_000);

/** The key of the last event of a body. */
function keyIn(body: object, options: ParseOptions = { receivedAt: NOW }): string {
  return events(body, options).at(-1)?.key as string;
}

const message = { id: "wamid.A", type: "text", text: { body: "x" }, timestamp: "1" };
const status = { id: "wamid.A", status: "read", timestamp: "1", recipient_id: "1" };
const payment = {
  id: "wamid.A",
  type: "payment",
  status: "captured",
  payment: { transaction: { id: "t", created_timestamp: 1 } },
};
const error = { code: 1 };
const entry = { id: "104853279016642", time: 1 };

const ofMessage = (more: object = {}): string =>
  keyIn(cloud({ messages: [{ ...message, ...more }] }));
const ofStatus = (more: object = {}): string =>
  keyIn(cloud({ statuses: [{ ...status, ...more }] }));
const ofPayment = (more: object = {}): string => ofStatus({ ...payment, ...more });
const ofError = (more: object = {}, of = entry): string =>
  keyIn(cloud({ errors: [{ ...error, ...more }] }, of));
const ofNumber = (phone_number_id: string): string =>
  keyIn(cloud({ metadata: { phone_number_id }, errors: [error] }, entry));
const ofContact = (contact: object, id = "wamid.A"): string =>
  events(cloud({ contacts: [contact], messages: [{ ...message, id }] }))[0]?.key as string;
const onPremises = (body: object, receivedAt = NOW): string => keyIn(body, { receivedAt });

describe("the same event has the same key", () => {
  test.each<[string, () => string, () => string]>([
    [
      "a message whose other properties differ",
      () => ofMessage(),
      () => ofMessage({ text: {}, from: "2" }),
    ],
    [
      "a message in another entry, at another time, of another number",
      () => ofMessage(),
      () =>
        keyIn(cloud({ messages: [message], metadata: {} }, { id: "0", time: 9 }), {
          receivedAt: 1,
        }),
    ],
    ["a status with another timestamp", () => ofStatus(), () => ofStatus({ timestamp: "2" })],
    [
      "a status to an id that is known by now",
      () => ofStatus(),
      () => ofStatus({ recipient_user_id: "US.1" }),
    ],
    ["a payment state", () => ofPayment(), () => ofPayment()],
    [
      "a message whose type is null, or missing",
      () => ofMessage({ type: null }),
      () => ofMessage({ type: undefined }),
    ],
    [
      "an error without a time, received within the same hour",
      () => keyIn(cloud({ errors: [error] }, { id: entry.id }), { receivedAt: HOUR }),
      () => keyIn(cloud({ errors: [error] }, { id: entry.id }), { receivedAt: HOUR + 3_599_999 }),
    ],
    [
      "what has a time of its own, received later",
      () => keyIn(change({ timestamp: "1" }, "brand_new_field")),
      () => keyIn(change({ timestamp: "1" }, "brand_new_field"), { receivedAt: NOW + 1e9 }),
    ],
    [
      "an error of the same entry, received later",
      () => ofError(),
      () => keyIn(cloud({ errors: [error] }, entry), { receivedAt: NOW + 1 }),
    ],
    [
      "a profile that came with the same message",
      () => ofContact({ wa_id: "1", profile: { name: "A" } }),
      () => ofContact({ wa_id: "1" }),
    ],
    [
      "an On-Premises message, whenever it was received",
      () => onPremises({ messages: [message] }),
      () => onPremises({ messages: [message] }, NOW + 1),
    ],
    [
      "an On-Premises voice note and its twin in the Cloud API's words",
      () => onPremises({ messages: [{ id: "a", type: "voice", voice: { id: "1" } }] }),
      () => onPremises({ messages: [{ id: "a", type: "audio", audio: { id: "1", voice: true } }] }),
    ],
  ])("%s", (_what, first, second) => {
    expect(first()).toBe(second());
  });
});

test("another event has another key", () => {
  const all = [
    ofMessage(),
    ofMessage({ id: "wamid.B" }),
    ofMessage({ type: "unsupported" }),
    ofMessage({ type: "treasure_map" }),
    ofMessage({ type: undefined }),
    ofMessage({ id: undefined }),
    ofMessage({ id: undefined, text: { body: "y" } }),
    ofStatus({ id: undefined }),
    ofStatus({ id: undefined, timestamp: "2" }),
    keyIn(change({ a: 1 }, "brand_new_field")),
    keyIn(change({ a: 1 }, "another_new_field")),
    ofStatus(),
    ofStatus({ id: "wamid.B" }),
    ofStatus({ status: "delivered" }),
    ofStatus({ status: "brand_new" }),
    ofStatus({ recipient_participant_id: "2" }),
    ofStatus({ participant_recipient_id: "3" }),
    ofStatus({ recipient_participant_user_id: "US.2" }),
    ofStatus({ status: "failed" }),
    ofPayment({ status: "failed" }),
    ofPayment(),
    ofPayment({ payment: { transaction: { id: "t", created_timestamp: 2 } } }),
    ofPayment({ payment: undefined }),
    ofError(),
    ofError({ code: 2 }),
    ofError({}, { id: entry.id, time: 2 }),
    keyIn(cloud({ errors: [error] }, { id: entry.id }), { receivedAt: HOUR }),
    keyIn(cloud({ errors: [error] }, { id: entry.id }), { receivedAt: HOUR + 3_600_000 }),
    ofNumber("1"),
    ofNumber("2"),
    ofError({}, { id: "2", time: entry.time }),
    ofContact({ wa_id: "1" }),
    ofContact({ wa_id: "2" }),
    ofContact({ wa_id: "1" }, "wamid.B"),
    ofContact({ wa_id: "1", user_id: "US.1" }),
    onPremises({ messages: [message] }),
    onPremises({ errors: [error] }),
    onPremises({ errors: [error] }, NOW + 1),
    keyIn(cloud({ messages: [message] }), { tenant: "acme" }),
    keyIn(cloud({ messages: [message] }), { tenant: "else" }),
  ];
  expect(new Set(all).size).toBe(all.length);
});

test("keys outlive the version that made them, in inboxes that last: their form does not change", () => {
  expect(ofMessage()).toBe("message:wamid.A:text");
  expect(ofStatus()).toBe("status:wamid.A:read:");
  expect(ofStatus({ recipient_participant_id: "2" })).toBe("status:wamid.A:read:2");
  expect(ofPayment()).toBe("status:wamid.A:captured::payment:N5p0GsKLFaSqnbeCtxFjqY");
  expect(ofError()).toBe("platform_error:ogXCoqb02m8zv5Or48KgFx");
  expect(ofContact({ wa_id: "1" })).toBe("contact:1:wamid.A:");
  expect(onPremises({ messages: [message] })).toBe("@on-premises/message:wamid.A:text");
  expect(keyIn(cloud({ messages: [message] }), { tenant: "acme" })).toBe(
    "acme/message:wamid.A:text",
  );
  const call = { id: "wacid.A", status: "RINGING", type: "call" };
  expect(keyIn(change({ statuses: [call] }, "calls"))).toBe("calls:status:wacid.A:RINGING");
  expect(onPremises({ errors: [error] })).toBe(
    "@on-premises/platform_error:S2XZL_kZ-56F23gmjfQnZl",
  );
});

test("the form of the keys of what nobody knows does not change either", () => {
  expect(keyIn(change({ a: 1 }, "brand_new_field"))).toBe("unknown:wSAJGJnHL52c-cujnvSyyI");
  expect(keyIn(change(undefined, "brand_new_field"))).toBe("unknown:dtto8ra17VuYGw-j3zSFzn");
  expect(keyIn({ entry: [{ id: "1", changes: [{ value: 1 }] }] })).toBe(
    "unknown:5VBgK9JHwkgarg9ZIfBL5c",
  );
});

test("nor that of a profile's, by what it came with", () => {
  const withProfile = (contact: object, lists: object): string =>
    events(cloud({ contacts: [contact], ...lists }))[0]?.key as string;
  const ann = { wa_id: "1" };
  expect(withProfile({ profile: {} }, { messages: [message] })).toBe("contact::wamid.A:");
  expect(withProfile(ann, { statuses: [status] })).toBe("contact:1:wamid.A:read");
  expect(withProfile(ann, { messages: [null, { type: "text" }, message] })).toBe(
    "contact:1:wamid.A:",
  );
  const call = { id: "wacid.A", event: "connect" };
  expect(events(change({ contacts: [ann], calls: [call] }, "calls"))[0]?.key).toBe(
    "contact:1:wacid.A:connect",
  );
  const told = { type: "system", from: "1", system: { wa_id: "2" } };
  const first = (messages: object[]): string => events(cloud({ messages }))[0]?.key as string;
  expect(first([{ ...told, id: "wamid.S" }])).toBe("contact:2:wamid.S:");
  expect(first([told])).toBe("contact:2::");
});

describe("what is long counts by its hash", () => {
  const long = (length: number): string => "x".repeat(length);

  test("a key of more than 300 characters", () => {
    expect(ofMessage({ id: long(287) })).toBe(`message:${long(287)}:text`);
    expect(ofMessage({ id: long(288) })).toBe("message:2-Ew3S5x6dBmtH0PrRMxNa");
  });

  test("an id of more than 1,000 that goes into the keys of profiles", () => {
    expect(ofContact({ wa_id: "1" }, long(1_000))).toBe("contact:S0c80FcV-A8ms8CHgGtHsa");
    expect(ofContact({ wa_id: "1" }, long(1_001))).toBe("contact:1:f6QOK9_mMNdoYYvykz6yf8:");
  });

  test.each([
    ["an id of 1,000 characters", long(1_000), "n1u0SC6nsC7GK2t76Bj2bp"],
    ["a longer one", long(1_001), "aLkuxB9eUblzyT2cDUl5-n"],
    ["an object", { a: 1 }, "eJbZnhAR49i6HjgR1eQ-AL"],
    ["an object of 1,000 characters", { a: long(992) }, "baNXHPPIghz3385Q_g17CO"],
    ["a larger one", { a: long(993) }, "uDNXBthy6S7ZOzpy9vbV0N"],
  ])("%s in the place of an entry's id", (_what, id, hash) => {
    const list = { errors: [error, error] };
    const [first, second] = events(cloud(list, { id, time: 1 }));
    expect(first?.key).toBe(`platform_error:${hash}`);
    expect(second?.key).toBe(`platform_error:${hash}:2`);
  });

  test.each([
    ["a long text", long(1_001), fingerprint(long(1_001))],
    ["a large object", { a: long(993) }, fingerprint(JSON.stringify({ a: long(993) }))],
  ])("%s in the place of either, whatever the other is", (_what, odd, hash) => {
    const of = (id: unknown, time: unknown): string =>
      keyIn(cloud({ errors: [error] }, { id, time }));
    expect(of(odd, "1")).toBe(of(hash, "1"));
    expect(of("1", odd)).toBe(of("1", hash));
  });
});

describe("within one body", () => {
  test("an item that repeats another is a `duplicate` that names it, with a key of its own", () => {
    const body = cloud({ messages: [message, { ...message, from: "2" }, message] });
    const [first, second, third] = events(body);
    expect([first?.name, second?.name, third?.name]).toEqual([
      "message.text",
      "duplicate",
      "duplicate",
    ]);
    expect(second?.data).toEqual({ of: first?.key });
    expect(second?.raw).toEqual({ ...message, from: "2" });
    expect(new Set([first?.key, second?.key, third?.key]).size).toBe(3);
  });

  test("errors that are alike happened twice", () => {
    const [first, second] = events(cloud({ errors: [error, error] }));
    expect([first?.name, second?.name]).toEqual(["platform_error", "platform_error"]);
    expect(first?.key).not.toBe(second?.key);
  });

  test("a body full of repetitions is read in no time, and not each compared with all before it", () => {
    const body = { messages: Array.from({ length: 30_000 }, () => ({ type: "text", id: "a" })) };
    expect(new Set(events(body).map(({ key }) => key)).size).toBe(30_000);
  }, 15_000);
});

describe("odd values in the place of words", () => {
  const deep = JSON.parse("[".repeat(50_000) + "]".repeat(50_000));

  test.each([
    ["an object with a toString of its own", { toString: "x" }],
    ["an object with all methods replaced", JSON.parse('{"toString":1,"valueOf":1,"toJSON":1}')],
    ["something nested too deep to be written", deep],
    ["a list", ["read"]],
    ["a number", 5],
    ["a yes", true],
    ["null", null],
  ])("%s makes a key all the same", (_what, odd) => {
    for (const key of ["id", "status", "type", "recipient_participant_id", "payment"])
      expect(ofStatus({ [key]: odd })).toMatch(/^status:/);
    for (const key of ["id", "type", "from"])
      expect(ofMessage({ [key]: odd })).toMatch(/^message:/);
    expect(ofContact({ wa_id: odd })).toMatch(/^contact:/);
    expect(ofContact({ wa_id: "1" }, odd as string)).toMatch(/^contact:/);
    expect(ofError({ code: odd })).toMatch(/^platform_error:/);
    expect(ofError(odd as object)).toMatch(/^platform_error:/);
    const anchored = cloud({ contacts: [{ wa_id: "1" }], statuses: [{ ...status, status: odd }] });
    expect(events(anchored).map(({ key }) => key)).toHaveLength(2);
  });

  test("two objects in the place of a status are two statuses", () => {
    expect(ofStatus({ status: { a: 1 } })).not.toBe(ofStatus({ status: { a: 2 } }));
  });
});
