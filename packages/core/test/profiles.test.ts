import { describe, expect, test } from "vitest";
import { cloud, events } from "./support/bodies.ts";

const text = { id: "wamid.A", type: "text", text: { body: "x" } };
const dana = { wa_id: "12125550123", user_id: "US.1", profile: { name: "Dana", username: "dana" } };

describe("a profile", () => {
  test("is an event with the customer as its sender", () => {
    expect(events(cloud({ contacts: [dana], messages: [text] }))[0]).toMatchObject({
      name: "contact",
      sender: { key: "US.1", phone: "12125550123", username: "dana", name: "Dana" },
      data: dana,
      raw: dana,
    });
  });

  test("comes before the message it came with, in the same conversation", () => {
    const [contact, message] = events(
      cloud({ contacts: [dana], messages: [{ ...text, from_user_id: "US.1" }] }),
    );
    expect([contact?.name, message?.name]).toEqual(["contact", "message.text"]);
    expect(contact?.conversation).toBe(message?.conversation);
  });
});

describe("a `system` message that tells of new ids is a profile too", () => {
  const told = (message: object): unknown =>
    events(cloud({ messages: [{ id: "wamid.S", type: "system", ...message }] })).map((event) =>
      event.name === "contact" ? event.data : event.name,
    );

  test.each<[string, object, unknown]>([
    [
      "a new number",
      { from: "1", system: { type: "user_changed_number", wa_id: "2" } },
      { wa_id: "2", previous: { wa_id: "1" } },
    ],
    [
      "a new number under its old name",
      { from: "1", system: { type: "customer_changed_number", new_wa_id: "2" } },
      { wa_id: "2", previous: { wa_id: "1" } },
    ],
    [
      "a new user id",
      { system: { type: "user_changed_user_id", user_id: "US.2", previous_user_id: "US.1" } },
      { user_id: "US.2", previous: { user_id: "US.1" } },
    ],
    [
      "a new identity, Cloud API",
      { from: "1", system: { type: "customer_identity_changed", identity: "h", customer: "1" } },
      { wa_id: "1", identity_key_hash: "h" },
    ],
    [
      "a new identity, On-Premises",
      { from: "2", system: { type: "user_identity_changed", identity: "h", user: "1" } },
      { wa_id: "1", identity_key_hash: "h" },
    ],
    [
      "a new identity of whoever it is from",
      { from: "1", from_user_id: "US.1", system: {}, identity: { hash: "h" } },
      { wa_id: "1", user_id: "US.1", identity_key_hash: "h" },
    ],
  ])("%s", (_what, message, profile) => {
    expect(told(message)).toEqual([profile, "message.system"]);
  });

  test("and says who the customer was before, as a person", () => {
    const system = { user_id: "US.2", previous_user_id: "US.1", wa_id: "2" };
    const message = { id: "wamid.S", type: "system", from: "1", system };
    const [told, event] = events(cloud({ messages: [message] }));
    expect(told).toMatchObject({ sender: { key: "US.2", phone: "2", userId: "US.2" } });
    expect(event?.sender?.key).toBe("US.1");
    expect(told).toHaveProperty("previous", { key: "US.1", phone: "1", userId: "US.1" });
    expect(event).not.toHaveProperty("previous");
    const identity = { id: "wamid.S", type: "system", from: "1", system: { identity: "h" } };
    expect(events(cloud({ messages: [identity] }))[0]).not.toHaveProperty("previous");
  });

  test.each<[string, object]>([
    ["words alone", { system: { body: "Dana joined" } }],
    ["a group event", { system: { type: "group_user_joined", users: ["1"], group_id: "g" } }],
  ])("%s tells of none", (_what, message) => {
    expect(told(message)).toEqual(["message.system"]);
  });

  test("nor does a message of another type that happens to have such words", () => {
    const message = { ...text, system: { wa_id: "2" }, identity: { hash: "h" } };
    expect(events(cloud({ messages: [message] })).map(({ name }) => name)).toEqual([
      "message.text",
    ]);
  });
});
