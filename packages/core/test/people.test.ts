import { describe, expect, test } from "vitest";
import type { AnyEvent, Person } from "../src/index.ts";
import { change, cloud, events } from "./support/bodies.ts";

const text = { id: "wamid.A", type: "text", text: { body: "x" } };
const dana = { wa_id: "12125550123", user_id: "US.1", profile: { name: "Dana", username: "dana" } };
const kofi = { wa_id: "447700900871", user_id: "GB.2", profile: { name: "Kofi" } };

function peopleIn(lists: object): (Person | undefined)[] {
  return events(cloud(lists as Record<string, unknown>))
    .filter(({ name }) => !name.startsWith("contact"))
    .map((event: AnyEvent) => event.sender ?? event.recipient);
}
const senderOf = (message: object, ...contacts: unknown[]): Person | undefined =>
  peopleIn({ contacts, messages: [{ ...text, ...message }] })[0];
const recipientOf = (status: object, ...contacts: unknown[]): Person | undefined =>
  peopleIn({ contacts, statuses: [{ id: "wamid.A", status: "read", ...status }] })[0];

describe("the sender of a message", () => {
  test("is told by the message, completed by the profile", () => {
    expect(senderOf({ from: dana.wa_id, from_user_id: "US.1" }, dana)).toEqual({
      key: "US.1",
      phone: "12125550123",
      userId: "US.1",
      username: "dana",
      name: "Dana",
    });
  });

  test("has a key as long as there is any id: the user id, else the phone number", () => {
    expect(senderOf({ from: "1" })).toEqual({ key: "1", phone: "1" });
    expect(senderOf({ from_user_id: "US.1" })).toEqual({ key: "US.1", userId: "US.1" });
    expect(senderOf({}, dana)?.key).toBe("US.1");
    expect(senderOf({}, { wa_id: "5" })).toEqual({ key: "5", phone: "5" });
  });

  test.each([
    ["no id at all", {}],
    ["an empty number", { from: "" }],
    ["null", { from: null }],
  ])("is absent with %s, and so is the property", (_what, message) => {
    const [event] = events(cloud({ messages: [{ ...text, ...message }] }));
    expect(event).not.toHaveProperty("sender");
    expect(event).not.toHaveProperty("recipient");
  });

  test("is matched by id, never by position", () => {
    const messages = [
      { ...text, id: "a", from: kofi.wa_id },
      { ...text, id: "b", from_user_id: dana.user_id },
      { ...text, id: "c", from: "999" },
    ];
    expect(peopleIn({ contacts: [dana, kofi], messages }).map((person) => person?.name)).toEqual([
      "Kofi",
      "Dana",
      undefined,
    ]);
  });

  test("is matched by user id before phone number, as numbers are handed on", () => {
    const heir = { wa_id: dana.wa_id, user_id: "US.9", profile: { name: "Heir" } };
    expect(senderOf({ from: dana.wa_id, from_user_id: "US.1" }, heir, dana)?.name).toBe("Dana");
    expect(senderOf({ from: dana.wa_id, from_user_id: "US.9" }, dana, heir)?.name).toBe("Heir");
  });

  test("takes the only profile, even if its WhatsApp id is another number", () => {
    const argentine = { wa_id: "541155550123", profile: { name: "Inés" } };
    expect(senderOf({ from: "5491155550123" }, argentine)).toEqual({
      key: "5491155550123",
      phone: "5491155550123",
      name: "Inés",
    });
    expect(senderOf({ from: "5491155550123", from_user_id: "AR.1" }, argentine)?.name).toBe("Inés");
    const item = { ...text, from: "5491155550123" };
    const both = { contacts: [argentine], messages: [item, null, { ...item, id: "b" }] };
    expect(peopleIn(both).map((person) => person?.name)).toEqual(["Inés", undefined, "Inés"]);
  });

  test("is never a profile of several that has no id, or another", () => {
    const nameless = { profile: { name: "Somebody" } };
    for (const ids of [{}, { from: "999" }, { from_user_id: "US.7" }])
      expect(senderOf(ids, nameless, { user_id: "US.8" }, dana)?.name).toBeUndefined();
  });

  test("is told by no id that is longer than any: the next in line counts", () => {
    const long = "1".repeat(1_000);
    expect(senderOf({ from: long })).toEqual({ key: long, phone: long });
    expect(senderOf({ from: `${long}1` })).toBeUndefined();
    expect(senderOf({ from: "2", from_user_id: `${long}1` })).toEqual({ key: "2", phone: "2" });
  });

  test("does not take it when the user ids contradict, or when others wrote too", () => {
    expect(senderOf({ from_user_id: "US.7" }, dana)).toEqual({ key: "US.7", userId: "US.7" });
    const { wa_id: _, ...nameless } = dana;
    expect(senderOf({ from_user_id: "US.7" }, nameless)).toEqual({ key: "US.7", userId: "US.7" });
    expect(senderOf({ from: "1", from_user_id: "US.7" }, dana)?.name).toBeUndefined();
    const messages = [
      { ...text, id: "a", from: "1" },
      { ...text, id: "b", from: "2" },
    ];
    expect(peopleIn({ contacts: [dana], messages })).toEqual([
      { key: "1", phone: "1" },
      { key: "2", phone: "2" },
    ]);
  });

  test("takes it also beside an error, which is nobody's, and gets none", () => {
    const lists = {
      contacts: [{ wa_id: "541155550123", profile: { name: "Inés" } }],
      messages: [{ ...text, from: "5491155550123" }],
      errors: [{ code: 131000 }],
    };
    expect(peopleIn(lists).map((person) => person?.name)).toEqual(["Inés", undefined]);
    expect(peopleIn({ contacts: [dana], errors: [{ code: 131000 }] })).toEqual([undefined]);
  });

  test("is not taken from a profile that is no object", () => {
    expect(senderOf({ from: "1" }, null, "Dana", 5)).toEqual({ key: "1", phone: "1" });
    expect(senderOf({ from: "1" }, { wa_id: "1", profile: null })).toEqual({
      key: "1",
      phone: "1",
    });
    expect(senderOf({ from: "1" }, { wa_id: "1", profile: { name: 5, username: "" } })).toEqual({
      key: "1",
      phone: "1",
    });
  });

  test.each([
    ["dana", "dana"],
    ["@dana", "dana"],
    ["@@dana", "@dana"],
    ["da@na", "da@na"],
  ])("username %s is %s", (username, expected) => {
    expect(senderOf({ from: "1" }, { wa_id: "1", profile: { username } })?.username).toBe(expected);
  });

  test("has a parent user id, from the message or the profile", () => {
    expect(senderOf({ from: "1", from_parent_user_id: "US.ENT.1" })?.parentUserId).toBe("US.ENT.1");
    expect(senderOf({ from: "1" }, { wa_id: "1", parent_user_id: "US.ENT.2" })?.parentUserId).toBe(
      "US.ENT.2",
    );
  });
});

describe("the recipient of a status", () => {
  test("is told by the status, completed by the profile", () => {
    expect(recipientOf({ recipient_id: dana.wa_id, recipient_user_id: "US.1" }, dana)).toEqual({
      key: "US.1",
      phone: "12125550123",
      userId: "US.1",
      username: "dana",
      name: "Dana",
    });
  });

  test.each([
    ["user id", { recipient_user_id: "GB.2" }],
    ["number", { recipient_id: kofi.wa_id }],
    ["user id before number", { recipient_user_id: "GB.2", recipient_id: dana.wa_id }],
  ])("is matched with one profile of several by %s", (_what, status) => {
    expect(recipientOf(status, dana, kofi)?.name).toBe("Kofi");
  });

  test.each([
    ["user id", { to_user_id: "GB.2" }],
    ["number", { to: kofi.wa_id, from: dana.wa_id }],
  ])("of a message that the business sent by other means is matched by %s too", (_what, ids) => {
    const echo = { ...text, ...ids };
    const value = { contacts: [dana, kofi], message_echoes: [echo] };
    expect(events(change(value, "smb_message_echoes")).at(-1)).toMatchObject({
      name: "smb_message_echoes.text",
      recipient: { name: "Kofi" },
    });
  });

  test.each([["recipient_parent_user_id"], ["parent_recipient_user_id"]])(
    "has a parent user id, whichever its name: %s",
    (name) => {
      expect(recipientOf({ recipient_id: "1", [name]: "US.ENT.1" })?.parentUserId).toBe("US.ENT.1");
    },
  );

  test("in a group is the participant, and not the group", () => {
    const group = { recipient_type: "group", recipient_id: "Y2FwaV9ncm91cDo" };
    expect(recipientOf(group)).toBeUndefined();
    expect(recipientOf({ ...group, recipient_participant_id: "1" })).toEqual({
      key: "1",
      phone: "1",
    });
    expect(recipientOf({ recipient_type: "group", recipient_participant_id: "1" })).toEqual({
      key: "1",
      phone: "1",
    });
    expect(recipientOf({ ...group, participant_recipient_id: "2" })).toEqual({
      key: "2",
      phone: "2",
    });
    expect(recipientOf({ ...group, recipient_participant_user_id: "US.1" })).toEqual({
      key: "US.1",
      userId: "US.1",
    });
  });

  test.each([
    [
      "user id",
      { recipient_participant_user_id: "US.1" },
      { recipient_participant_user_id: "GB.2" },
    ],
    ["number", { recipient_participant_id: dana.wa_id }, { recipient_participant_id: kofi.wa_id }],
    [
      "number under its other name",
      { participant_recipient_id: dana.wa_id },
      { participant_recipient_id: kofi.wa_id },
    ],
  ])("in a group is matched with the profile by %s", (_what, first, second) => {
    const status = { id: "a", status: "read", recipient_type: "group", recipient_id: "g" };
    const statuses = [
      { ...status, ...first },
      { ...status, ...second },
    ];
    const namesWith = (...contacts: object[]): unknown =>
      peopleIn({ contacts, statuses }).map((person) => person?.name);
    expect(namesWith(kofi, dana)).toEqual(["Dana", "Kofi"]);
    expect(namesWith(dana)).toEqual(["Dana", undefined]);
    expect(namesWith({ profile: { name: "Somebody" } })).toEqual([undefined, undefined]);
  });
});

describe("who calls and who is called", () => {
  const people = (value: object, field: string): unknown => {
    const event = events(change(value, field)).at(-1);
    return { sender: event?.sender?.key, recipient: event?.recipient?.key };
  };
  const call = { id: "wacid.A", event: "connect", from: "1", to: "2" };

  test.each<[string, string, object, unknown]>([
    [
      "a customer's call has a sender",
      "calls",
      { calls: [{ ...call, direction: "USER_INITIATED" }] },
      { sender: "1" },
    ],
    [
      "a call of the business has a recipient",
      "calls",
      { calls: [{ ...call, direction: "BUSINESS_INITIATED" }] },
      { recipient: "2" },
    ],
    [
      "a message that another sender wrote has a recipient, named in its request",
      "standby",
      { standby: { message_echoes: [{ id: "a", message: { to: "3" } }] } },
      { recipient: "3" },
    ],
    [
      "a message that says itself whom it is for is for nobody else",
      "standby",
      { standby: { message_echoes: [{ id: "a", to: "2", message: { to: "3" } }] } },
      { recipient: "2" },
    ],
  ])("%s", (_what, field, value, expected) => {
    expect(people(value, field)).toEqual({
      sender: undefined,
      recipient: undefined,
      ...(expected as object),
    });
  });
});
