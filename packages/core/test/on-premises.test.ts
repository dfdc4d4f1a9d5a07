import { describe, expect, test } from "vitest";
import type { AnyEvent } from "../src/index.ts";
import { cloud, events, names } from "./support/bodies.ts";

type Json = Readonly<Record<string, unknown>>;

const onPremises = (lists: Json): AnyEvent => events(lists).at(-1) as AnyEvent;
const fromCloud = (lists: Json): AnyEvent => events(cloud(lists)).at(-1) as AnyEvent;

/** What a handler reads; where it came from and what it looked like there are another matter. */
const seen = ({ name, data, sender, recipient, timestamp }: AnyEvent): unknown => ({
  name,
  data,
  sender,
  recipient,
  timestamp,
});

describe("an On-Premises item gives the same event as its Cloud twin", () => {
  const message = { id: "a", from: "1", timestamp: "1772987828" };
  const status = { id: "a", status: "read", timestamp: "1772987828" };
  const file = { id: "media", mime_type: "audio/ogg; codecs=opus", sha256: "0a" };

  test.each<[string, Json, Json]>([
    [
      "a text",
      { messages: [{ ...message, type: "text", text: { body: "x" } }] },
      { messages: [{ ...message, type: "text", text: { body: "x" } }] },
    ],
    [
      "blanks around the sender's number",
      { messages: [{ ...message, from: " 1 ", type: "text", text: { body: "x" } }] },
      { messages: [{ ...message, type: "text", text: { body: "x" } }] },
    ],
    [
      "a voice note",
      { messages: [{ ...message, type: "voice", voice: file }] },
      { messages: [{ ...message, type: "audio", audio: { ...file, voice: true } }] },
    ],
    [
      "an audio file",
      { messages: [{ ...message, type: "audio", audio: file }] },
      { messages: [{ ...message, type: "audio", audio: file }] },
    ],
    [
      "a disappearing message",
      { messages: [{ ...message, type: "ephemeral" }] },
      { messages: [{ ...message, type: "unsupported", unsupported: { type: "ephemeral" } }] },
    ],
    [
      "a message that the client could not read",
      {
        messages: [
          { ...message, type: "unsupported", errors: [{ code: 501, title: "T", details: "D" }] },
        ],
      },
      {
        messages: [
          {
            ...message,
            type: "unsupported",
            errors: [
              { code: 501, title: "T", details: "D", message: "T", error_data: { details: "D" } },
            ],
          },
        ],
      },
    ],
    [
      "a new number",
      {
        messages: [
          { ...message, type: "system", system: { type: "user_changed_number", new_wa_id: "2" } },
        ],
      },
      {
        messages: [
          {
            ...message,
            type: "system",
            system: { type: "user_changed_number", new_wa_id: "2", wa_id: "2" },
          },
        ],
      },
    ],
    [
      "a status with its recipient at the root",
      { statuses: [{ ...status, recipient_id: "1" }] },
      { statuses: [{ ...status, recipient_id: "1" }] },
    ],
    [
      "a status with its recipient inside",
      { statuses: [{ ...status, message: { recipient_id: "1" } }] },
      { statuses: [{ ...status, recipient_id: "1", message: { recipient_id: "1" } }] },
    ],
    [
      "a status with its recipient in both places",
      { statuses: [{ ...status, recipient_id: "1", message: { recipient_id: "2" } }] },
      { statuses: [{ ...status, recipient_id: "1", message: { recipient_id: "2" } }] },
    ],
    ["a status without a recipient", { statuses: [status] }, { statuses: [status] }],
    [
      "a failure",
      {
        statuses: [{ ...status, status: "failed", errors: [{ code: 470, title: "T", href: "H" }] }],
      },
      {
        statuses: [
          {
            ...status,
            status: "failed",
            errors: [{ code: 470, title: "T", href: "H", message: "T" }],
          },
        ],
      },
    ],
    [
      "an error at the root",
      { errors: [{ code: 400, title: "T", details: "D", timestamp: "1772987828" }] },
      {
        errors: [
          {
            code: 400,
            title: "T",
            details: "D",
            message: "T",
            error_data: { details: "D" },
            timestamp: "1772987828",
          },
        ],
      },
    ],
    [
      "an error that has both forms",
      {
        errors: [
          {
            code: 1,
            title: "T",
            message: "M",
            details: "D",
            error_data: { details: "E" },
            timestamp: 1,
          },
        ],
      },
      {
        errors: [
          {
            code: 1,
            title: "T",
            message: "M",
            details: "D",
            error_data: { details: "E" },
            timestamp: 1,
          },
        ],
      },
    ],
    [
      "a status with a numeric time",
      {
        statuses: [
          {
            ...status,
            timestamp: 1772987828,
            conversation: { id: "c", expiration_timestamp: 1772990000 },
          },
        ],
      },
      {
        statuses: [
          {
            ...status,
            timestamp: 1772987828,
            conversation: { id: "c", expiration_timestamp: 1772990000 },
          },
        ],
      },
    ],
  ])("%s", (_what, first, second) => {
    expect(seen(onPremises(first))).toEqual(seen(fromCloud(second)));
    expect(onPremises(first).name).not.toMatch(/unknown|invalid/);
  });

  test("the profile is joined in the same way", () => {
    const lists = {
      contacts: [{ wa_id: "1", profile: { name: "Dana" } }],
      messages: [{ ...message, type: "text", text: { body: "x" } }],
    };
    expect(onPremises(lists).sender).toEqual({ key: "1", phone: "1", name: "Dana" });
    expect(events(lists).map(seen).slice(1)).toEqual(events(cloud(lists)).map(seen).slice(1));
    const blank = { ...lists, messages: [{ ...lists.messages[0], from: " 1" }] };
    expect(onPremises(blank).sender?.name).toBe("Dana");
  });
});

describe("what the Cloud API has no words for", () => {
  test("`raw` stays as it came, whatever was changed for `data`", () => {
    const voice = {
      id: "a",
      from: " 1",
      type: "voice",
      voice: { id: "m" },
      errors: [{ code: 1, title: "T" }],
    };
    const status = { id: "a", status: "read", message: { recipient_id: "1" } };
    const error = { code: 1, title: "T" };
    const system = { id: "b", type: "system", system: { new_wa_id: "2" } };
    const body = { messages: [voice, system], statuses: [status], errors: [error] };
    const copy = structuredClone(body);
    expect(events(body).map(({ raw }) => raw)).toEqual([voice, system, system, status, error]);
    for (const event of events(body)) expect([voice, system, status, error]).toContain(event.raw);
    expect(body).toEqual(copy);
  });

  test("the answer to a contacts check is no profile: `unknown`", () => {
    const contacts = [
      { input: "+1 212 555 0123", status: "valid", wa_id: "12125550123" },
      { input: "+1 999", status: "invalid" },
    ];
    expect(names({ contacts })).toEqual(["unknown", "unknown"]);
    expect(names({ contacts: [...contacts, { wa_id: "1" }] })).toContain("contact");
    const input = "+1 212 555 0123";
    const lists = { messages: [{ id: "a", type: "hsm", input }], errors: [{ code: 1, input }] };
    expect(names(lists)).toEqual(["message.unknown", "platform_error"]);
  });

  test.each<[string, object]>([
    ["messages", { id: "a", from: "1", type: "system", system: { identity: "h", user: "1" } }],
    ["statuses", { id: "a", status: "read", timestamp: "1772987828", message: {} }],
    ["errors", { code: 1, timestamp: "1772987828" }],
  ])("what an item of `%s` does not tell is not put into it", (list, item) => {
    expect(onPremises({ [list]: [item] }).data).toStrictEqual(item);
  });

  test("a list nobody knows is an `unknown` beside the others, as from the Cloud API", () => {
    const body = { messages: [{ id: "a", type: "hsm" }], brand_new: [{ a: 1 }], meta: { b: 2 } };
    expect(names(body)).toEqual(["message.unknown", "unknown"]);
    expect(events(body)[1]?.raw).toBe(body);
    expect(names({ ...body, brand_new: [] })).toEqual(["message.unknown"]);
  });

  test("empty elements of lists are passed over", () => {
    expect(names({ statuses: [{}], messages: [{}, { id: "a", type: "hsm" }] })).toEqual([
      "message.unknown",
    ]);
  });

  test("a voice note without content is invalid, and not made up", () => {
    for (const voice of [null, [], "x", undefined]) {
      const [event] = events({ messages: [{ id: "a", type: "voice", voice }] });
      expect(event?.name).toBe("message.invalid");
    }
  });

  test("keys of the adapted item that mean something to JavaScript stay keys", () => {
    const item = '{"id":"a","type":"voice","voice":{"__proto__":{"x":1}},"__proto__":{"y":1}}';
    const [event] = events(JSON.parse(`{"messages":[${item}]}`));
    const data = event?.data as { audio: object };
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(data.audio)).toBe(Object.prototype);
    expect(Object.keys(data)).toContain("__proto__");
  });
});
