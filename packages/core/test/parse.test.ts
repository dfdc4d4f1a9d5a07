import { describe, expect, test } from "vitest";
import { parse } from "../src/index.ts";
import { cloud, events, names } from "./support/bodies.ts";

const text = {
  id: "wamid.A",
  from: "1",
  timestamp: "1772987828",
  type: "text",
  text: { body: "x" },
};
const onPremises = { messages: [text] };
const throwing = (code: string): object => expect.objectContaining({ name: "WebhookError", code });

describe("what a body may be", () => {
  const json = JSON.stringify(cloud({ messages: [text] }));

  test.each<[string, string | Uint8Array | object]>([
    ["an object", JSON.parse(json)],
    ["a text", json],
    ["a text with white space around it", `\r\n ${json} \n`],
    ["bytes", Buffer.from(json)],
    ["bytes that are no Buffer", new TextEncoder().encode(json)],
    ["bytes with a byte order mark", Buffer.from(`\ufeff${json}`)],
  ])("%s", (_what, body) => {
    const [event] = [...parse(body)];
    expect(event).toMatchObject({ name: "message.text", data: text });
  });

  test("bytes that are no UTF-8 inside a text become replacement characters, and cost nothing", () => {
    const bytes = Buffer.from(json.replace('"x"', '"\u0001"').replace("\u0001", "?"), "latin1");
    bytes[bytes.indexOf("?")] = 0xff;
    expect([...parse(bytes)][0]).toMatchObject({ data: { text: { body: "\ufffd" } } });
  });

  test.each(["", "{", "<xml/>", "undefined", '{"entry":[]}{}', "\0"])("%j is no JSON", (body) => {
    for (const form of [body, Buffer.from(body)])
      expect(() => [...parse(form)]).toThrow(throwing("body_not_json"));
  });

  test("the error does not repeat what it could not read", () => {
    try {
      [...parse('{"from":"12125550123"')];
    } catch (error) {
      expect(String((error as Error).stack)).not.toContain("1212555");
      expect((error as Error).cause).toBeUndefined();
    }
    expect.assertions(2);
  });

  test.each([
    ["null", null],
    ["a number", 5],
    ["a list", [cloud({})]],
    ["an empty object", {}],
    ["another object's entries", { object: "page", entry: [] }],
    ["entries that are no list", { object: "whatsapp_business_account", entry: {} }],
    ["an object without entries", { object: "whatsapp_business_account" }],
    ["lists under other names", { message: [], status: [] }],
    ["On-Premises lists that are none", { messages: {}, statuses: "x" }],
    ["On-Premises lists beside `object`", { object: "whatsapp_business_account", messages: [] }],
    ["On-Premises lists beside `entry`", { entry: {}, messages: [] }],
  ])("%s is no envelope we know", (_what, body) => {
    expect(() => [...parse(body as object)]).toThrow(throwing("envelope_unknown"));
  });

  test("entries are enough for a Cloud body, `object` may be missing", () => {
    const { entry } = cloud({ messages: [text] });
    expect(names({ entry })).toEqual(["message.text"]);
  });
});

describe("the credentials decide which envelope is allowed", () => {
  test("On-Premises credentials let no Cloud body in", () => {
    const body = cloud({ messages: [text] });
    expect(() => events(body, { source: "on-premises" })).toThrow(throwing("envelope_not_allowed"));
    expect(events(body, { source: "cloud" })).toHaveLength(1);
  });

  test("a signature lets no On-Premises body in", () => {
    expect(() => events(onPremises, { source: "cloud" })).toThrow(throwing("envelope_not_allowed"));
    expect(events(onPremises, { source: "on-premises" })).toHaveLength(1);
  });

  test("an empty Cloud body counts as one", () => {
    expect(() => events({ entry: [] }, { source: "on-premises" })).toThrow(
      throwing("envelope_not_allowed"),
    );
  });
});

describe("a caller who wants only some events", () => {
  const body = cloud({
    contacts: [{ wa_id: "1" }],
    messages: [
      text,
      text,
      { ...text, id: "wamid.B", text: 7 },
      { id: "c", type: "image", image: 7 },
    ],
    statuses: [{ id: "wamid.C", status: "sent" }],
    brand_new: [1],
  });
  const wanting = (...wanted: string[]): string[] =>
    names(body, { wants: (name) => wanted.includes(name) });

  test("gets these, and those of them that do not fit", () => {
    expect(wanting("status.sent")).toEqual(["status.sent"]);
    expect(wanting("contact", "unknown")).toEqual(["contact", "unknown"]);
    expect(wanting("message.text")).toEqual(["message.text", "message.invalid"]);
    expect(wanting("message.image")).toEqual(["message.invalid"]);
    expect(wanting("message.invalid")).toEqual(["message.invalid", "message.invalid"]);
    expect(wanting("message.text", "duplicate")).toEqual([
      "message.text",
      "duplicate",
      "message.invalid",
    ]);
    expect(wanting()).toEqual([]);
  });
});

test("the body is not changed, and events hold its own items", () => {
  const body = cloud({ messages: [text], statuses: [{ id: "b", status: "sent" }] });
  const copy = structuredClone(body);
  for (const event of events(body)) expect(event.data).toBe(event.raw);
  expect(body).toEqual(copy);
});
