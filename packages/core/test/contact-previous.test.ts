import { expect, test } from "vitest";
import { type AnyEvent, parse } from "../src/index.ts";
import { cloudBody, text } from "./support/notifications.ts";

const system = (content: object, message: object = {}) => ({
  ...text(""),
  type: "system",
  text: undefined,
  system: content,
  ...message,
});

function contactOf(body: object) {
  const [contact] = [...parse(body)].filter(
    (event): event is Extract<AnyEvent, { name: "contact" }> => event.name === "contact",
  );
  return contact;
}

test("a new number and user id lead from the key the customer had to the one they have", () => {
  const contact = contactOf(
    cloudBody([
      system({
        type: "user_changed_number",
        wa_id: "12125550155",
        user_id: "US.222",
        previous_user_id: "US.111",
      }),
    ]),
  );
  expect(contact?.sender).toEqual({ key: "US.222", phone: "12125550155", userId: "US.222" });
  expect(contact?.previous).toEqual({ key: "US.111", phone: "12125550101", userId: "US.111" });
});

test("a new user id without any number does too", () => {
  const contact = contactOf(
    cloudBody([
      system(
        { type: "user_changed_user_id", user_id: "US.222", previous_user_id: "US.111" },
        { from: undefined },
      ),
    ]),
  );
  expect([contact?.previous?.key, contact?.sender?.key]).toEqual(["US.111", "US.222"]);
});

test("a username that changes changes no key", () => {
  const keys = ["first.name", "second.name"].map((username) => {
    const body = cloudBody([{ ...text("x"), from: undefined, from_user_id: "US.111" }]);
    Object.assign(body.entry[0]?.changes[0]?.value ?? {}, {
      contacts: [{ profile: { username }, user_id: "US.111" }],
    });
    return contactOf(body)?.sender?.key;
  });
  expect(keys).toEqual(["US.111", "US.111"]);
});

test("an ordinary profile has no previous", () => {
  expect(contactOf(cloudBody([text("x")], { name: "Ann" }))?.previous).toBeUndefined();
});
