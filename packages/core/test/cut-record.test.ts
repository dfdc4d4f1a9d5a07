import { describe, expect, test } from "vitest";
import { cutRecord } from "../src/cut-record.ts";
import { allFixtures } from "./support/fixtures.ts";
import { cloudBody, record, text } from "./support/notifications.ts";
import { ANN, authOf, BOB, eventsOf, expectSameEvents, value } from "./support/part-events.ts";

const fixtures = allFixtures();

describe("the events of all parts are the events of the record", () => {
  test.each(fixtures.map((each) => [each.name, each] as const))("%s", (_name, { body, api }) => {
    const whole = record(body, authOf(api));
    expectSameEvents(whole, cutRecord(whole));
  });

  test.each([5, false, { id: "US.1" }, ""])(
    "an id that is %j puts an event into no other conversation than its part",
    (id) => {
      const value = {
        contacts: [{ wa_id: "12125550101", user_id: "US.101", profile: { name: "Dana" } }],
        messages: [{ ...text("wamid.1"), from: "12125550101", from_user_id: id }],
        statuses: [
          { id: "wamid.2", status: "read", recipient_id: "12125550101", recipient_user_id: id },
          { id: "wamid.3", status: "read", recipient_id: "12125550102" },
        ],
      };
      const changes = [{ field: "messages", value }];
      const body = { object: "whatsapp_business_account", entry: [{ id: "800", changes }] };
      const whole = record(body);
      for (const part of cutRecord(whole))
        for (const event of eventsOf(whole, part))
          if (event.name !== "contact") expect(event.conversation).toBe(part.conversation);
      expect(eventsOf(whole, whole).find(({ name }) => name === "message.text")).toMatchObject({
        sender: { userId: id === 5 ? "5" : "US.101" },
      });
    },
  );

  test("a profile that is no customer's among several is none's when it is alone", () => {
    // Found by fuzzing: an id that is a number fits none, but the only profile would be taken for the only customer.
    const contacts = [{}, { wa_id: "12125550101", profile: { name: "Dana" } }];
    const messages = [{ ...text("wamid.1"), from: 12125550101 }];
    const whole = record(value({ contacts, messages }));
    expectSameEvents(whole, cutRecord(whole));
  });

  test("all fixtures of the Cloud API in one body", () => {
    const entry = fixtures
      .filter(({ api }) => api === "cloud")
      .flatMap(({ body }) => (body as { entry?: unknown[] }).entry ?? []);
    const whole = record({ object: "whatsapp_business_account", entry }, authOf("cloud"));
    const parts = cutRecord(whole);
    expect(parts.length).toBeGreaterThan(20);
    expectSameEvents(whole, parts);
  });

  test("all lists of the On-Premises fixtures in one body", () => {
    const lists: Record<string, unknown[]> = {};
    for (const { body } of fixtures.filter(({ api }) => api === "on-premises")) {
      for (const list of ["contacts", "messages", "statuses", "errors"])
        lists[list] = [
          ...(lists[list] ?? []),
          ...((body as Record<string, unknown[]>)[list] ?? []),
        ];
    }
    const whole = record(lists, authOf("on-premises"));
    const parts = cutRecord(whole);
    expect(parts.length).toBeGreaterThan(2);
    expectSameEvents(whole, parts);
  });
});

test("a batch becomes a part for each customer, with their profile, in their order", () => {
  const whole = record(
    value({
      contacts: [
        { wa_id: BOB, profile: { name: "Bob" } },
        { wa_id: ANN, profile: { name: "Ann" } },
      ],
      messages: [
        text("a1", { from: ANN }),
        text("b1", { from: BOB }),
        text("a2", { from: ANN }),
        text("b2", { from: BOB }),
      ],
      statuses: [{ id: "wamid.s", status: "sent", timestamp: "1790000000", recipient_id: ANN }],
    }),
  );
  const parts = cutRecord(whole);
  expectSameEvents(whole, parts);
  const told = parts.map((part) => ({
    conversation: part.conversation,
    events: eventsOf(whole, part).map(({ name, sender, recipient, data }) => [
      name,
      (sender ?? recipient)?.name,
      (data as { text?: { body: string } }).text?.body,
    ]),
  }));
  expect(told).toEqual([
    {
      conversation: `700000000000001/${BOB}`,
      events: [
        ["contact", "Bob", undefined],
        ["message.text", "Bob", "b1"],
        ["message.text", "Bob", "b2"],
      ],
    },
    {
      conversation: `700000000000001/${ANN}`,
      events: [
        ["contact", "Ann", undefined],
        ["message.text", "Ann", "a1"],
        ["message.text", "Ann", "a2"],
        ["status.sent", "Ann", undefined],
      ],
    },
  ]);
});

test("a change that is not what its field says goes whole into its part", () => {
  const body = value({ messages: [text("a", { from: ANN }), text("b", { from: BOB })] });
  body.entry[0]?.changes.push({ field: "messages", value: "x" as never });
  const whole = record(body);
  const parts = cutRecord(whole);
  expect(parts).toHaveLength(3);
  expectSameEvents(whole, parts);
});

test("empty elements, which On-Premises clients send, are in no part", () => {
  const messages = [text("a", { from: ANN }), {}, text("b", { from: BOB })];
  const whole = record({ messages }, authOf("on-premises"));
  const parts = cutRecord(whole);
  expect(parts).toHaveLength(2);
  expectSameEvents(whole, parts);
});

test("who writes in a group keeps their name there", () => {
  const whole = record(
    value({
      contacts: [{ wa_id: ANN, profile: { name: "Ann" } }],
      messages: [
        { ...text("in the group", { from: ANN }), group_id: "group-1" },
        text("in private", { from: BOB }),
      ],
    }),
  );
  const parts = cutRecord(whole);
  expect(parts.map(({ conversation }) => conversation)).toEqual([
    "700000000000001/group-1",
    `700000000000001/${BOB}`,
  ]);
  const [group] = parts.map((part) => eventsOf(whole, part));
  expect(group?.find(({ name }) => name === "message.text")?.sender?.name).toBe("Ann");
});

test("a body of one conversation is handed on byte for byte", () => {
  const whole = record(JSON.stringify(cloudBody([text("a"), text("b")]), null, 2));
  expect(cutRecord(whole)).toEqual([
    { conversation: "700000000000001/12125550101", body: whole.body },
  ]);
});

test.each([
  ["no JSON", "{"],
  ["no envelope", { hello: "world" }],
  ["no envelope, with a list in it", { hello: ["world"] }],
  ["an empty one", { entry: [] }],
  ["an empty one, On-Premises", { messages: [], statuses: [{}] }],
  ["a message in every two bytes, On-Premises", `{"messages":[${Array(2_000).fill(0).join(",")}]}`],
  ["an item in every two bytes", `{"entry":[${Array(2_000).fill(0).join(",")}]}`],
])("%s is left whole and belongs to no conversation", (_what, body) => {
  const whole = record(body);
  expect(cutRecord(whole)).toEqual([{ conversation: undefined, body: whole.body }]);
});

test("surroundings of a size that nobody sends are not multiplied", () => {
  const messages = Array.from({ length: 200 }, (_, i) =>
    text("x", { from: String(12125550000 + i) }),
  );
  const whole = record(value({ messages, padding: "x".repeat(100_000) }));
  expect(cutRecord(whole)).toEqual([
    { conversation: "700000000000001/12125550000", body: whole.body },
  ]);
});

test("a part that would have more in it than its own size allows stays with the others", () => {
  const small = Array.from({ length: 100 }, (_, i) => ({ from: BOB, id: `w${i}`, type: "x" }));
  const whole = record(value({ messages: [text("x".repeat(10_000), { from: ANN }), ...small] }));
  const parts = cutRecord(whole);
  expect(parts).toEqual([{ conversation: `700000000000001/${ANN}`, body: whole.body }]);
  expectSameEvents(whole, parts);
});

test("more conversations than anybody sends at one time stay in one part: cutting must not take seconds", () => {
  const messagesOf = (count: number) =>
    Array.from({ length: count }, (_, i) => text("hello", { from: String(12125550000 + i) }));
  expect(cutRecord(record(value({ messages: messagesOf(1_500) })))).toHaveLength(1_500);
  const whole = record(value({ messages: messagesOf(6_000) }));
  const [part, ...others] = cutRecord(whole);
  expect(others).toEqual([]);
  expect(part?.conversation).toBe("700000000000001/12125550000");
  expect(part?.body).toBe(whole.body);
  const onPremises = record({ messages: messagesOf(6_000) }, authOf("on-premises"));
  expect(cutRecord(onPremises)).toHaveLength(1);
});
