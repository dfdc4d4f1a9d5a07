import { expect, test } from "vitest";
import { cloud, events, names } from "../support/bodies.ts";
import { allFixtures, eventOf, eventsOf } from "../support/fixtures.ts";

// How receivers stumble over what is in a message: what may be missing, and what is not what it seems.

test("31. a type that does not exist yet is `message.unknown`, with its sender and all it holds", () => {
  const { data, sender, raw } = eventOf("messages/future-unknown-type", "message.unknown");
  expect(data.type).toBe("treasure_map");
  expect(sender?.name).toBe("Lukas Brandt");
  expect(raw).toMatchObject({ treasure_map: { steps: 7 } });
  for (const type of ["constructor", "__proto__", "toString", "hasOwnProperty"])
    expect(names(cloud({ messages: [{ id: "a", type }] }))).toEqual(["message.unknown"]);
});

test("32. an unsupported message may not say what it would have been, and new words for it come", () => {
  expect(eventOf("messages/unsupported-no-subtype", "message.unsupported").data).not.toHaveProperty(
    "unsupported",
  );
  const { data } = eventOf("messages/unsupported-raw-type", "message.unsupported");
  expect(data.unsupported?.raw_type).toEqual(expect.any(String));
  const message = { id: "a", type: "unsupported", unsupported: { type: "brand_new" } };
  expect(names(cloud({ messages: [message] }))).toEqual(["message.unsupported"]);
});

test("33. an edit comes in two ways, as `edit` and as `unsupported`: each is the event of its type", () => {
  expect(eventOf("messages/unsupported-edit", "message.unsupported").data.unsupported?.type).toBe(
    "edit",
  );
  expect(eventOf("messages/edit-image", "message.edit").data.edit.message?.image?.caption).toBe(
    "La vitrine, cette fois de face",
  );
});

test("34. an edit and a deletion have ids of their own, and name the message they are about", () => {
  const { data } = eventOf("messages/revoke", "message.revoke");
  expect(data.revoke.original_message_id).not.toBe(data.id);
  const edit = eventOf("messages/edit-image", "message.edit");
  expect(edit.data.edit.original_message_id).not.toBe(edit.data.id);
  expect(edit.key).toContain(edit.data.id);
});

test("35. the first opening of a chat has no content, and perhaps the ad it came from", () => {
  const { data } = eventOf("messages/request-welcome-referral", "message.request_welcome");
  expect(data.referral?.source_type).toBe("ad");
  expect(
    eventOf("messages/request-welcome", "message.request_welcome").data.referral,
  ).toBeUndefined();
});

test("36. an interactive message may come without its content", () => {
  const event = eventOf("messages/interactive-missing-object-with-errors", "message.interactive");
  expect(event.data.interactive).toBeUndefined();
  expect(event).not.toHaveProperty("flow");
});

test("37. a message without a type is `message.unknown`: nothing is guessed from its keys", () => {
  const { data, raw } = eventOf("messages/message-without-type", "message.unknown");
  expect(data.type).toBeUndefined();
  expect(raw).toMatchObject({ interactive: { type: "call_permission_reply" } });
});

test("38. what a message refers to may be missing, or say no more than that it was forwarded", () => {
  expect(eventOf("messages/button-no-context", "message.button").data.context).toBeUndefined();
  expect(eventOf("messages/text-forwarded", "message.text").data.context).toEqual({
    forwarded: true,
  });
});

test("39. forwarded often is another key than forwarded, and then the only one", () => {
  const { context } = eventOf("messages/text-frequently-forwarded", "message.text").data;
  expect(context).toEqual({ frequently_forwarded: true });
});

test("40. a reaction is taken back by an emoji that is missing or empty: both are falsy", () => {
  const removed = ["messages/reaction-removed", "messages/reaction-removed-empty-emoji"];
  for (const fixture of removed)
    expect(eventOf(fixture, "message.reaction").data.reaction.emoji || undefined).toBeUndefined();
  expect(eventOf("messages/reaction", "message.reaction").data.reaction.emoji).toMatch(/./);
});

test("41. any type of message may come from an ad", () => {
  expect(eventOf("messages/audio-referral", "message.audio").data.referral?.source_url).toMatch(
    /^https/,
  );
  const message = { id: "a", type: "brand_new", referral: { source_id: "1" } };
  expect(events(cloud({ messages: [message] }))[0]?.data).toMatchObject({
    referral: { source_id: "1" },
  });
});

test("42. an ad's click id may be missing or empty", () => {
  const { referral } = eventOf("messages/text-referral-status-placement", "message.text").data;
  expect(referral).not.toHaveProperty("ctwa_clid");
  const message = { id: "a", type: "text", text: { body: "x" }, referral: { ctwa_clid: "" } };
  expect(names(cloud({ messages: [message] }))).toEqual(["message.text"]);
});

test("43. a button's payload is its label unless one was set: both are there to tell", () => {
  expect(eventOf("messages/button", "message.button").data.button).toEqual({
    payload: "Stop the reminders",
    text: "Stop the reminders",
  });
  expect(eventOf("messages/button-custom-payload", "message.button").data.button.payload).toBe(
    "slot:2026-09-14T10:30:keep",
  );
});

test("44. a shared card may lack its name, a number its WhatsApp id, and the vCard may be null", () => {
  const { contacts } = eventOf("messages/contacts-request-contact-info", "message.contacts").data;
  expect(contacts[0]).not.toHaveProperty("name");
  const card = { vcard: null, phones: [{ phone: "+1 212-555-0123", type: "Cellulare" }] };
  const message = { id: "a", type: "contacts", contacts: [card] };
  expect(names(cloud({ messages: [message] }))).toEqual(["message.contacts"]);
});

test("45. the cards in a message and the profiles beside it share a name and nothing else", () => {
  const [profile, message] = eventsOf("messages/contacts");
  expect([profile?.name, message?.name]).toEqual(["contact", "message.contacts"]);
  expect(
    eventOf("messages/contacts", "message.contacts").data.contacts[0]?.name?.formatted_name,
  ).not.toBe(profile?.sender?.name);
});

test("46. media may come without a link, and links die in minutes: nothing is fetched, the id is there", () => {
  const { image } = eventOf("messages/image-no-caption-no-url", "message.image").data;
  expect(image).not.toHaveProperty("url");
  expect(image.id).toBe("280016421066360");
});

test("47. a recording is an audio with a flag, and its MIME type has parameters", () => {
  expect(eventOf("messages/audio-voice", "message.audio").data.audio).toMatchObject({
    voice: true,
    mime_type: "audio/ogg; codecs=opus",
  });
  expect(eventOf("messages/audio-as-voice", "message.audio").data.audio.voice).toBe(true);
  expect(eventOf("messages/audio-file", "message.audio").data.audio.voice ?? false).toBe(false);
});

test("48. system messages come with and without a profile; their words have invisible marks and are not read", () => {
  const legacy = eventsOf("messages/system-number-changed-legacy-v11");
  expect(legacy.map(({ name }) => name)).toEqual(["contact", "contact", "message.system"]);
  expect(
    eventOf("messages/system-number-changed-legacy-v11", "message.system").data.system.body,
  ).toContain("\u200e");
  const told = eventsOf("messages/system-user-changed-number");
  expect(told.map(({ name }) => name)).toEqual(["contact", "message.system"]);
  expect(told[0]?.data).toMatchObject({ wa_id: "12125550196", previous: { wa_id: "12125550123" } });
});

test("49. system messages have old names for their types and ids: words are open, and both ids tell of the change", () => {
  const { data } = eventOf("messages/system-identity-changed-legacy", "message.system");
  expect(data.system.type).toBe("customer_identity_changed");
  expect(data.identity?.hash).toBe("8MkQFG9C1nU=");
  const [, told] = eventsOf("messages/system-number-changed-legacy-v11");
  expect(told?.data).toMatchObject({ wa_id: "14155550168", previous: { wa_id: "14155550142" } });
  const message = { id: "a", type: "system", system: { type: "brand_new" } };
  expect(names(cloud({ messages: [message] }))).toEqual(["message.system"]);
});

test("50. an unsupported message may not be the sender's fault: its errors say why", () => {
  const { data } = eventOf("messages/unsupported-131060-unavailable", "message.unsupported");
  expect(data.errors?.[0]?.code).toBe(131060);
});

test("51. published samples are not always JSON: every fixture of ours is", () => {
  expect(allFixtures().length).toBeGreaterThan(200);
});
