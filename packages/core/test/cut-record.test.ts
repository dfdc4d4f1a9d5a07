import { describe, expect, test } from "vitest";
import {
  type AnyEvent,
  cutRecord,
  type InboxRecord,
  parse,
  type RecordPart,
} from "../src/index.ts";
import { allFixtures } from "./support/fixtures.ts";
import { cloudBody, record, text } from "./support/notifications.ts";

const fixtures = allFixtures();

function eventsOf(
  { auth, receivedAt }: InboxRecord,
  { body, keys }: Pick<RecordPart, "body" | "keys">,
): AnyEvent[] {
  const source = auth.kind === "signature" ? "cloud" : "on-premises";
  const { account, tenant } = auth;
  return [
    ...parse(body, {
      source,
      receivedAt,
      keys,
      ...(account === undefined ? {} : { account }),
      ...(tenant === undefined ? {} : { tenant }),
    }),
  ];
}

const sorted = (events: readonly unknown[]): string[] =>
  events.map((event) => JSON.stringify(event)).sort();

function expectSameEvents(whole: InboxRecord, parts: readonly RecordPart[]): void {
  const before = eventsOf(whole, whole);
  const after = parts.map((part) => eventsOf(whole, part));
  expect(sorted(after.flat())).toEqual(sorted(before));
  // What nests its lists deeper (history) is not cut: other conversations may be in such a part, too.
  const keysOf = (events: readonly AnyEvent[]): string[] =>
    events.filter(({ name }) => name !== "contact").map(({ key }) => key);
  for (const events of after) {
    const mine = new Set(keysOf(events));
    expect(keysOf(events)).toEqual(keysOf(before).filter((key) => mine.has(key)));
  }
}

const authOf = (api: "cloud" | "on-premises"): InboxRecord["auth"] =>
  api === "cloud"
    ? { kind: "signature", tenant: "a/b" }
    : { kind: "on-premises", account: { displayPhoneNumber: "12125550199" } };

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

const [ANN, BOB] = ["12125550101", "12125550102"];
const value = (contents: object) => ({
  object: "whatsapp_business_account",
  entry: [
    {
      id: "800000000000001",
      time: 1790000000,
      changes: [
        {
          field: "messages",
          value: {
            messaging_product: "whatsapp",
            metadata: { display_phone_number: "12125550199", phone_number_id: "700000000000001" },
            ...contents,
          },
        },
      ],
    },
  ],
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

  test("errors without an id, alike for two numbers, are two events", () => {
    const [first = [], second = []] = Object.values(keysIn(ofNumbers("700", "701", "700")));
    const [key] = first;
    expect(first).toEqual([key, `${key}:3`]);
    expect(second).toEqual([`${key}:2`]);
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
  ["an empty one", { entry: [] }],
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
