import { expect, test } from "vitest";
import { cloud, events } from "../support/bodies.ts";
import { eventOf } from "../support/fixtures.ts";

// How receivers lose customers: who somebody is changes, hides, and has several names.

const text = { id: "wamid.A", type: "text", text: { body: "x" } };

test("1. a customer with a username has no phone number anywhere: the sender is known by the user id", () => {
  const { sender, data } = eventOf("messages/bsuid-only-username", "message.text");
  expect(data.from).toBeUndefined();
  expect(sender).toEqual({
    key: "DE.20585448074379630561",
    userId: "DE.20585448074379630561",
    parentUserId: "DE.ENT.30497624401916357369",
    username: "lukas.brandt.bln",
    name: "Lukas Brandt",
  });
  expect(
    eventOf("messages/status-delivered-bsuid-only", "status.delivered").recipient?.key,
  ).toMatch(/^[A-Z]{2}\.\d+$/);
});

test("2. the same customer comes with and without a number: the key stays the user id, the number is there when it came", () => {
  const { sender } = eventOf("messages/username-with-phone", "message.text");
  expect(sender).toMatchObject({ key: "GB.14809871605346514884", phone: "447700900314" });
  const hidden = events(cloud({ messages: [{ ...text, from_user_id: sender?.userId }] }))[0];
  expect(hidden?.sender?.key).toBe(sender?.key);
});

test("3. the user id changes with the phone number: a `contact` event has the old and the new, and no prose is read", () => {
  const { data } = eventOf("messages/system-user-changed-user-id", "contact");
  expect(data).toEqual({
    user_id: "GB.55798455375229871082",
    previous: { user_id: "GB.14809871605346514884" },
  });
  const older = {
    id: "wamid.S",
    type: "system",
    system: { type: "user_changed_user_id", user_id: "GB.2" },
  };
  expect(events(cloud({ messages: [older] }))[0]).toMatchObject({
    name: "contact",
    data: { user_id: "GB.2" },
  });
});

test("4. user ids differ between portfolios: every event names the account it came to", () => {
  const { account, conversation } = eventOf("messages/bsuid-only-username", "message.text");
  expect(account.wabaId).toBe("391640527718834");
  expect(conversation).toContain(account.phoneNumberId);
});

test("5. a field that tells of new user ids cannot be relied on: the `system` message alone is enough", () => {
  const event = eventOf("messages/system-user-changed-number-bsuid", "contact");
  expect(event.data.previous).toBeDefined();
});

test.each([
  ["messages/text-no-profile", "message.text"],
  ["messages/status-contact-without-profile", "status.sent"],
] as const)(
  "6. the profile may be missing, in %s: there is no name, and nothing breaks",
  (fixture, name) => {
    const event = eventOf(fixture, name);
    expect(event.sender ?? event.recipient).toMatchObject({ phone: "14155550142" });
    expect(event.sender ?? event.recipient).not.toHaveProperty("name");
  },
);

test("7. the parent user id of a recipient has two names: both are read", () => {
  const old = eventOf("messages/status-old-parent-key-name", "status.delivered");
  expect(old.data.parent_recipient_user_id).toBe("FR.25031610012722160948");
  expect(old.recipient?.parentUserId).toBe("FR.25031610012722160948");
  const status = { id: "a", status: "read", recipient_id: "1", recipient_parent_user_id: "FR.2" };
  expect(events(cloud({ statuses: [status] }))[0]?.recipient?.parentUserId).toBe("FR.2");
});

test("8. usernames once came with an @: the sender's has none, `data` of the profile is as it came", () => {
  expect(eventOf("messages/username-at-prefix-old-docs", "message.text").sender?.username).toBe(
    "chloe_delorme",
  );
  expect(eventOf("messages/username-at-prefix-old-docs", "contact").data.profile?.username).toBe(
    "@chloe_delorme",
  );
});

test("9. a user id is no number and its letters belong to it: it is passed on whole", () => {
  const { data, sender } = eventOf("messages/bsuid-only-username", "message.text");
  expect(sender?.userId).toBe(data.from_user_id);
  expect(sender).not.toHaveProperty("phone");
});

test("10. a WhatsApp id need not be the number it writes from: the only profile is joined all the same", () => {
  const lists = {
    contacts: [{ wa_id: "541155550123", profile: { name: "Inés" } }],
    messages: [{ ...text, from: "5491155550123" }],
  };
  expect(events(cloud(lists)).at(-1)?.sender).toMatchObject({
    phone: "5491155550123",
    name: "Inés",
  });
});

test("11. the number that a customer sends on request is in the message, not in the profile", () => {
  const { data, sender } = eventOf(
    "messages/contacts-request-contact-info-bsuid",
    "message.contacts",
  );
  expect(sender).not.toHaveProperty("phone");
  expect(data.contacts[0]?.origin).toBe("contact_request");
  expect(data.contacts[0]?.phones?.[0]?.wa_id).toBe("447700900314");
});
