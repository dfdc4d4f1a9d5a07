import { describe, expect, test } from "vitest";
import { change, cloud, events, METADATA } from "./support/bodies.ts";

const text = {
  id: "wamid.A",
  from: "1",
  timestamp: "1772987828",
  type: "text",
  text: { body: "x" },
};
const onPremises = { messages: [text] };

describe("every event says", () => {
  const receivedAt = 1_795_000_000_123;

  test("whose it is: the account of its entry and its number", () => {
    const [event] = events(cloud({ messages: [text] }));
    expect(event).toMatchObject({
      source: "cloud",
      field: "messages",
      account: {
        wabaId: "104853279016642",
        phoneNumberId: "109447120836512",
        displayPhoneNumber: "12125550188",
      },
    });
    expect(event).not.toHaveProperty("tenant");
  });

  test("whose it is where the body cannot tell: what the caller says", () => {
    const account = { phoneNumberId: "7" };
    const [event] = events(onPremises, { account, tenant: "acme" });
    expect(event).toMatchObject({ source: "on-premises", account, tenant: "acme" });
    expect(event).not.toHaveProperty("field");
    expect(events(onPremises)[0]?.account).toEqual({});
  });

  test("ids of an account as text, and nothing of what is not told", () => {
    const metadata = { phone_number_id: 5, display_phone_number: "" };
    const [event] = events(cloud({ messages: [text], metadata }, { id: 5 }));
    expect(event?.account).toEqual({ wabaId: "5", phoneNumberId: "5" });
    expect(events(cloud({ messages: [text], metadata: null }, { id: "" }))[0]?.account).toEqual({});
  });

  test("when it happened: its own time, else its entry's, else when it was received", () => {
    const at = (item: object, entry: object): string | undefined =>
      events(cloud({ messages: [item] }, { id: "1", ...entry }), {
        receivedAt,
      })[0]?.timestamp.toISOString();
    const { timestamp: _, ...timeless } = text;
    expect(at(text, { time: 1_772_990_000 })).toBe("2026-03-08T16:37:08.000Z");
    expect(at(timeless, { time: 1_772_990_000 })).toBe("2026-03-08T17:13:20.000Z");
    expect(at({ ...text, timestamp: "soon" }, { time: "1772990000" })).toBe(
      "2026-03-08T17:13:20.000Z",
    );
    expect(at(timeless, {})).toBe(new Date(receivedAt).toISOString());
  });

  test("when it was received: now, if the caller does not say", () => {
    for (const given of [receivedAt, new Date(receivedAt)])
      expect(events(onPremises, { receivedAt: given })[0]?.receivedAt.getTime()).toBe(receivedAt);
    const before = Date.now();
    const now = events(onPremises)[0]?.receivedAt.getTime() as number;
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  test("nothing of whom it is from, if nobody knows what it is", () => {
    const [event] = events(change({ from: "1", recipient_id: "2" }, "brand_new_field"));
    expect(event).not.toHaveProperty("sender");
    expect(event).not.toHaveProperty("recipient");
    expect(event?.conversation).toBe("104853279016642/brand_new_field");
  });

  test("what only some events tell is not told by one that happens to have such words", () => {
    const interactive = { nfm_reply: { response_json: "{}" } };
    const [event] = events(
      cloud({ messages: [{ ...text, interactive, previous: { wa_id: "2" } }] }),
    );
    expect(event?.name).toBe("message.text");
    expect(event).not.toHaveProperty("flow");
    expect(event).not.toHaveProperty("previous");
  });

  test("which conversation it belongs to: the number and the customer, else the group", () => {
    const conversation = (item: object, more: object = {}): string | undefined =>
      events(cloud({ messages: [item], ...more }))[0]?.conversation;
    const withUser = { ...text, from_user_id: "US.1" };
    expect(conversation(text)).toBe(conversation({ ...text, id: "wamid.B" }));
    expect(conversation(withUser)).toBe(conversation({ ...withUser, from: undefined }));
    const different = [
      conversation(text),
      conversation({ ...text, from: "2" }),
      conversation(withUser),
      conversation({ ...text, group_id: "g" }),
      conversation(text, { metadata: { ...METADATA, phone_number_id: "7" } }),
      events(onPremises)[0]?.conversation,
      events(onPremises, { tenant: "acme" })[0]?.conversation,
    ];
    expect(new Set(different).size).toBe(different.length);
    const known = { status: "read", id: "wamid.A", recipient_id: "1", recipient_user_id: "US.1" };
    expect(events(cloud({ statuses: [known] }))[0]?.conversation).toBe(conversation(withUser));
    expect(events(onPremises)[0]?.conversation).toBe("@on-premises//1");
    expect(events({ errors: [{ code: 1 }] })[0]?.conversation).toBe("@on-premises//");
    const inGroup = { status: "read", recipient_type: "group", recipient_id: "g", id: "wamid.A" };
    const ofGroup = events(cloud({ statuses: [inGroup] }))[0]?.conversation;
    expect(ofGroup).toBe(conversation({ ...text, from: "3", group_id: "g" }));
  });
});
