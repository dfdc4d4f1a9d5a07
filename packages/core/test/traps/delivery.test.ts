import { expect, test } from "vitest";
import { type AnyEvent, createWebhooks, parse } from "../../src/index.ts";
import { cloud, events, METADATA, names } from "../support/bodies.ts";
import { capturedLog } from "../support/captured-log.ts";
import { eventOf, eventsOf, fixture } from "../support/fixtures.ts";
import { SECRET, signedPost, TOKEN } from "../support/requests.ts";

// How receivers lose or double notifications: what a delivery may hold, and how often it comes.

const text = { id: "wamid.A", from: "1", type: "text", text: { body: "x" } };

/** A whole receiver, what its handlers saw, and a way to send it bodies. */
function receiving() {
  const seen: AnyEvent[] = [];
  const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, logger: capturedLog() });
  webhooks.on("*", (event) => {
    seen.push(event);
  });
  const send = async (body: unknown): Promise<number> => {
    const bytes = typeof body === "string" ? body : JSON.stringify(body);
    const { status } = await webhooks.receive(signedPost(bytes));
    await new Promise((resolve) => setImmediate(resolve));
    await webhooks.idle();
    return status;
  };
  return { send, seen, webhooks };
}

test("12. notifications come again, as the same bytes and in other bodies: handlers run once", async () => {
  const { send, seen } = receiving();
  await send(cloud({ messages: [text] }));
  await send(cloud({ messages: [text] }));
  await send(cloud({ messages: [text, { ...text, id: "wamid.B" }] }, { id: "7", time: 5 }));
  await send(`${JSON.stringify(cloud({ messages: [text] }))}\n`);
  expect(seen.map(({ raw }) => (raw as { id: string }).id)).toEqual(["wamid.A", "wamid.B"]);
});

test("13. a placeholder comes before the real message under the same id: both are delivered", async () => {
  const { send, seen } = receiving();
  await send(fixture("messages/same-wamid-1-unsupported").body);
  await send(fixture("messages/same-wamid-2-real").body);
  expect(seen.map(({ name }) => name).filter((name) => name !== "contact")).toEqual([
    "message.unsupported",
    "message.text",
  ]);
});

test("14. statuses share the message's id: each state and each participant of a group is an event of its own", () => {
  const statuses = ["sent", "delivered", "read"].map((status) => ({ id: "wamid.A", status }));
  expect(names(cloud({ statuses }))).toEqual(["status.sent", "status.delivered", "status.read"]);
  const group = eventsOf("messages/status-group-delivered-aggregated").slice(2);
  expect(group.map(({ recipient }) => recipient?.name)).toEqual(["Amara Okafor", "Søren Holm"]);
  expect(new Set(group.map(({ key }) => key)).size).toBe(2);
});

test("15. a notification may be days or years late: it is taken, and its time is when it happened", async () => {
  const { send, seen } = receiving();
  expect(await send(cloud({ messages: [{ ...text, timestamp: "1504902988" }] }))).toBe(200);
  expect(seen[0]?.timestamp.toISOString()).toBe("2017-09-08T20:36:28.000Z");
  expect(seen[0]?.receivedAt.getFullYear()).toBeGreaterThan(2025);
  expect(eventOf("messages/errors-131035-retention", "platform_error").data.code).toBe(131035);
});

test("16. a body may have a thousand updates and three megabytes: all of them arrive", async () => {
  const { send, seen } = receiving();
  const body = "x".repeat(2_900);
  const messages = Array.from({ length: 1_000 }, (_, i) => ({
    ...text,
    id: `wamid.${i}`,
    text: { body },
  }));
  const value = (from: number) => ({
    metadata: METADATA,
    messages: messages.slice(from, from + 250),
  });
  const change = (from: number) => ({ field: "messages", value: value(from) });
  const entry = [
    { id: "1", changes: [change(0), change(250)] },
    { id: "2", changes: [change(500), change(750)] },
  ];
  expect(JSON.stringify(entry).length).toBeGreaterThan(2_900_000);
  expect(await send({ object: "whatsapp_business_account", entry })).toBe(200);
  expect(seen.map(({ raw }) => (raw as { id: string }).id)).toEqual(messages.map(({ id }) => id));
});

test("17. one bad item must not have the whole batch sent again: 200, and its neighbours arrive", async () => {
  const { send, seen } = receiving();
  expect(await send(fixture("messages/text-odd-neighbours").body)).toBe(200);
  expect(await send(fixture("messages/other-field-in-same-entry").body)).toBe(200);
  const items = seen.map(({ name }) => name).filter((name) => name !== "contact");
  expect(items.sort()).toEqual([
    "message.invalid",
    "message.text",
    "message.text",
    "message.text",
    "unknown",
  ]);
});

test("18. keys come in any order, and the signature is over the bytes: nothing is written again", () => {
  const { entry, object } = cloud({ messages: [text] }) as {
    entry: [{ changes: [object] }];
    object: string;
  };
  const [change] = entry[0].changes as [{ field: string; value: object }];
  const turned = [{ changes: [{ value: change.value, field: change.field }], id: "1" }];
  const swapped = [{ id: "1", changes: [{ field: change.field, value: change.value }] }];
  for (const body of [
    { entry: turned, object },
    { object, entry: swapped },
  ])
    expect(names(body)).toEqual(["message.text"]);
  expect(
    eventOf("messages/status-failed-131036-no-href", "status.failed").data.errors,
  ).toHaveLength(1);
});

test("19. the dashboard's test has ids of other forms: no form of an id is asked for", () => {
  const { account, data } = eventOf("messages/dashboard-test", "message.text");
  expect(account.wabaId).toBe("0");
  expect(data.id).not.toMatch(/^wamid/);
});

test("20. messages and errors may come in one value: both are events", () => {
  expect(
    eventsOf("messages/interactive-missing-object-with-errors").map(({ name }) => name),
  ).toEqual(["contact", "message.interactive", "platform_error"]);
});

test("21. several profiles in one value: each message gets the one with its id, whatever the order", () => {
  const { body } = fixture("messages/batch-many-messages-one-change");
  const people = (each: AnyEvent): unknown => [each.raw, each.sender?.name];
  const reversed = structuredClone(body) as {
    entry: { changes: { value: { contacts: unknown[] } }[] }[];
  };
  for (const entry of reversed.entry)
    for (const { value } of entry.changes) value.contacts.reverse();
  const messages = (all: Iterable<AnyEvent>): AnyEvent[] =>
    [...all].filter(({ name }) => name.startsWith("message."));
  expect(new Set(messages(parse(body)).map(({ sender }) => sender?.name)).size).toBeGreaterThan(1);
  expect(messages(events(reversed)).map(people)).toEqual(messages(events(body)).map(people));
});
