import { describe, expect, test } from "vitest";
import { cutRecord } from "../src/cut-record.ts";
import type { InboxRecord } from "../src/index.ts";
import { record, text } from "./support/notifications.ts";
import { ANN, authOf, BOB, eventsOf, expectSameEvents, value } from "./support/part-events.ts";

describe("what a part alone does not tell of its events' keys", () => {
  const errors = [{ code: 131000, title: "Something went wrong" }];
  const numbered = (phone_number_id: string, contents: object) => ({
    field: "messages",
    value: { messaging_product: "whatsapp", metadata: { phone_number_id }, ...contents },
  });
  const ofNumbers = (...numbers: readonly string[]) => ({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "800000000000001",
        time: 1790000000,
        changes: numbers.map((number) => numbered(number, { errors })),
      },
    ],
  });

  function keysIn(body: object, auth?: InboxRecord["auth"]): Record<string, string[]> {
    const whole = record(body, auth);
    const parts = cutRecord(whole);
    expectSameEvents(whole, parts);
    return Object.fromEntries(
      parts.map((part) => [
        part.conversation,
        eventsOf(whole, part).map(({ name, key }) => `${name} ${key}`),
      ]),
    );
  }

  test("errors without an id, alike for two numbers, are two events; a third is the first one's repetition", () => {
    const [first = [], second = []] = Object.values(keysIn(ofNumbers("700", "701", "700")));
    const [key] = first;
    expect(first).toEqual([key, `${key}:2`]);
    expect(second).toHaveLength(1);
    expect(second).not.toContain(key);
  });

  test("a profile that two parts need is one event, where its customer is, of the first item of all", () => {
    const ann = { wa_id: ANN, profile: { name: "Ann" } };
    const messages = [
      { ...text("b", { from: BOB }), id: "wamid.b" },
      { ...text("g", { from: ANN }), id: "wamid.g", group_id: "group-1" },
      { ...text("a", { from: ANN }), id: "wamid.a" },
    ];
    expect(keysIn(value({ contacts: [ann], messages }))).toEqual({
      [`700000000000001/${BOB}`]: ["message.text message:wamid.b:text"],
      "700000000000001/group-1": ["message.text message:wamid.g:text"],
      [`700000000000001/${ANN}`]: [
        `contact contact:${ANN}:wamid.b:`,
        "message.text message:wamid.a:text",
      ],
    });
  });

  test("a message that repeats another of the body in another conversation is a `duplicate`", () => {
    const messages = [text("one", { from: ANN }), text("one", { from: BOB })];
    const body = value({ messages: messages.map((each) => ({ ...each, id: "wamid.1" })) });
    expect(keysIn(body)).toEqual({
      [`700000000000001/${ANN}`]: ["message.text message:wamid.1:text"],
      [`700000000000001/${BOB}`]: ["duplicate message:wamid.1:text:2"],
    });
  });

  test.each<[string, unknown]>([
    ["of words that the Cloud API has not", { id: "media" }],
    ["that do not fit", 7],
    ["with more values than are checked", { id: "media", odd: Array<number>(10_001).fill(7) }],
  ])("repetitions %s, in two conversations", (_what, voice) => {
    const item = { id: "wamid.1", timestamp: "1790000000", type: "voice", voice };
    const messages = [ANN, BOB].map((from) => ({ ...item, from }));
    const keys = keysIn({ messages }, authOf("on-premises"));
    expect(Object.values(keys).map((each) => each.length)).toEqual([1, 1]);
    expect(Object.values(keys)[1]?.[0]).toMatch(/^duplicate .*:2$/);
  });

  test("an On-Premises answer to a contacts call is one event, and tells of the customer all the same", () => {
    const contacts = [
      { input: `+${ANN}`, status: "valid", wa_id: ANN, profile: { name: "Ann" } },
      { wa_id: BOB, profile: { name: "Bob" } },
    ];
    const messages = [
      { ...text("b", { from: BOB }), id: "b" },
      { ...text("a", { from: ANN }), id: "a" },
    ];
    const whole = record({ contacts, messages }, authOf("on-premises"));
    const parts = cutRecord(whole);
    expect(parts).toHaveLength(3);
    expectSameEvents(whole, parts);
    const told = parts.flatMap((part) => eventsOf(whole, part));
    expect(told.map(({ name }) => name).sort()).toEqual([
      "contact",
      "message.text",
      "message.text",
      "unknown",
    ]);
    expect(told.find(({ key }) => key.includes("message:a"))?.sender?.name).toBe("Ann");
  });

  test("what is in one conversation alone, or differs by itself, needs no keys", () => {
    const parts = cutRecord(record(value({ messages: [text("a"), text("b", { from: BOB })] })));
    expect(parts).toHaveLength(2);
    for (const part of parts) expect(part).not.toHaveProperty("keys");
  });

  test("a thousand conversations in one record are a thousand parts, of the size of their messages", () => {
    const customers = Array.from({ length: 1_000 }, (_, i) => String(12125550000 + i));
    const messages = customers.map((from) => ({ ...text("hello", { from }), id: `wamid.${from}` }));
    const contacts = customers.map((wa_id) => ({ wa_id, profile: { name: "Someone" } }));
    const whole = record(value({ contacts, messages }));
    const parts = cutRecord(whole);
    expect(parts).toHaveLength(1_000);
    expectSameEvents(whole, parts);
    expect(JSON.stringify(parts.map(({ keys }) => keys)).length).toBeLessThan(200_000);
  });
});
