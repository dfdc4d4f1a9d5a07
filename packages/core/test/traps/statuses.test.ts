import { expect, test } from "vitest";
import { isNewerStatus } from "../../src/index.ts";
import { cloud, events, names } from "../support/bodies.ts";
import { eventOf, eventsOf } from "../support/fixtures.ts";

// How receivers stumble over what became of a message: order, gaps, and properties that come and go.

/** The state that remains when each status is taken only if it is newer. */
const finalOf = (words: readonly string[]): string | undefined =>
  words.reduce<string | undefined>(
    (last, next) => (isNewerStatus(next, last) ? next : last),
    undefined,
  );

test("52. `delivered` may be left out: `read` is newer than `sent`", () => {
  expect(eventOf("messages/status-read-with-pricing", "status.read").data.pricing).toBeDefined();
  expect(finalOf(["sent", "read"])).toBe("read");
});

test("53. statuses come out of order, twice, and before the message is known: all are delivered, and ranked", () => {
  const words = ["read", "delivered", "sent", "delivered"];
  const statuses = words.map((status) => ({ id: "wamid.unheard-of", status }));
  expect(names(cloud({ statuses }))).toEqual([
    "status.read",
    "status.delivered",
    "status.sent",
    "duplicate",
  ]);
  expect(finalOf(words)).toBe("read");
});

test("54. `failed` may follow `sent`: nothing is final by being sent", () => {
  expect(finalOf(["sent", "failed"])).toBe("failed");
  const statuses = [
    { id: "wamid.A", status: "sent" },
    { id: "wamid.A", status: "failed", errors: [{ code: 131049 }] },
  ];
  expect(names(cloud({ statuses }))).toEqual(["status.sent", "status.failed"]);
});

test("55. a failure comes with a profile of a bare number, or with none", () => {
  const { recipient } = eventOf("messages/status-failed-131026-with-contacts", "status.failed");
  expect(recipient).toEqual({ key: "33199008653", phone: "33199008653" });
  expect(eventsOf("messages/status-failed-131049").map(({ name }) => name)).toEqual([
    "status.failed",
  ]);
});

test("56. a failure to a number has no user id, one to a user id has no number", () => {
  const toNumber = eventOf("messages/status-failed-bsuid-era", "status.failed").recipient;
  const toUserId = eventOf("messages/status-failed-to-bsuid", "status.failed").recipient;
  expect(toNumber).toEqual({ key: "447700900871", phone: "447700900871" });
  expect(toUserId).toEqual({
    key: "DE.40144839435782446628",
    userId: "DE.40144839435782446628",
  });
});

test("57. conversation and price are gone, or on one status only", () => {
  const { data } = eventOf("messages/status-sent-v24-bare", "status.sent");
  expect(data).not.toHaveProperty("conversation");
  expect(data).not.toHaveProperty("pricing");
});

test("58. a conversation has its end on `sent` only", () => {
  const { conversation } = eventOf("messages/status-delivered-cbp", "status.delivered").data;
  expect(conversation?.id).toMatch(/./);
  expect(conversation).not.toHaveProperty("expiration_timestamp");
});

test.each(["captured", "pending", "failed-with-refund"])(
  "59. a payment state stands among the statuses: %s is `status.payment`, and no failed message",
  (state) => {
    const event = eventOf(`messages/status-payment-${state}`, "status.payment");
    expect(event.data.status).toBe(state.split("-")[0]);
  },
);

test("60. an error has a code, and anything else may be missing or differ", () => {
  const { errors } = eventOf("messages/unknown-legacy-type", "message.unsupported").data;
  expect(errors?.[0]).toEqual({
    code: 131051,
    details: "Message type is not currently supported",
    title: "Unsupported message type",
  });
  const bare = {
    id: "a",
    status: "failed",
    errors: [{ code: 1 }, { code: 2, title: "A", message: "B" }],
  };
  expect(names(cloud({ statuses: [bare], errors: [{ code: 3 }] }))).toEqual([
    "status.failed",
    "platform_error",
  ]);
});

test("61. an error's link is a URL or a path: it passes as it came", () => {
  const hrefOf = (fixture: string): unknown =>
    eventOf(fixture, "status.failed").data.errors?.[0]?.href;
  expect(hrefOf("messages/status-failed-131047")).toMatch(/^https:/);
  expect(hrefOf("messages/status-failed-131049")).toMatch(/^\/documentation/);
});

test("62. in a group, the recipient's id is the group's, and the participant's has two spellings", () => {
  const event = eventOf("messages/status-group-participant-recipient-id", "status.read");
  expect(event.recipient).toEqual({ key: "447700900871", phone: "447700900871" });
  expect(event.conversation).toContain(event.data.recipient_id);
  const usual = eventsOf("messages/status-group-delivered-aggregated").at(-1);
  expect(usual?.recipient?.phone).toBe("15125550176");
});

test("63. a group's `sent` and `failed` name no participant: there is no recipient", () => {
  for (const [fixture, name] of [
    ["messages/status-group-sent", "status.sent"],
    ["messages/status-group-failed", "status.failed"],
  ] as const)
    expect(eventOf(fixture, name)).not.toHaveProperty("recipient");
});

test("64. a price was once shown inside the conversation: it passes there, and is not looked for", () => {
  const conversation = { id: "c", pricing: { billable: true } };
  const [event] = events(cloud({ statuses: [{ id: "a", status: "sent", conversation }] }));
  expect(event?.name).toBe("status.sent");
  expect(event?.data).toMatchObject({ conversation });
});

test("65. `played` is missing from some lists, `deleted` and `warning` come from On-Premises alone: all are events, and new words are `status.unknown`", () => {
  expect(eventsOf("messages/status-played").at(-1)?.name).toBe("status.played");
  expect(eventsOf("on-premises/status-deleted").at(-1)?.name).toBe("status.deleted");
  expect(eventsOf("on-premises/status-warning").at(-1)?.name).toBe("status.warning");
  const { data } = eventOf("messages/status-future-unknown-status", "status.unknown");
  expect(data.status).toMatch(/./);
  expect(finalOf(["read", "deleted", "warning", data.status])).toBe("read");
});

test("66. keys that nobody documents are kept, in `data` and in `raw`", () => {
  const status = eventOf("messages/status-undocumented-logical-id", "status.sent");
  for (const kept of [status.data, status.raw])
    expect(kept).toMatchObject({
      recipient_logical_id: "31130620182569",
      internal_1p_only_data: {},
    });
  const text = eventOf("messages/text-undocumented-extra-fields", "message.text");
  expect(text.data).toHaveProperty("from_logical_id");
  expect(eventOf("messages/text-undocumented-extra-fields", "contact").data).toHaveProperty(
    "country_code",
  );
});

test("67. a reaction of the business's own gets `sent` and no more: no event waits for another", () => {
  expect(names(cloud({ statuses: [{ id: "wamid.R", status: "sent" }] }))).toEqual(["status.sent"]);
});
