import { expect, test } from "vitest";
import { cloud, events } from "../support/bodies.ts";
import { eventOf } from "../support/fixtures.ts";

// How receivers stumble over types: numbers as texts, texts as numbers, words that look alike.

test("22. times are texts in one place and numbers in another: both are taken, and left as they came", () => {
  const permission = (fixture: string): unknown =>
    eventOf(`messages/interactive-call-permission-accept${fixture}`, "message.interactive").data
      .interactive?.call_permission_reply?.expiration_timestamp;
  expect(permission("")).toBe(1784221130);
  expect(permission("-string-expiry")).toBe("1784133919");
  const { data } = eventOf("messages/status-payment-captured", "status.payment");
  expect(data.timestamp).toBe("1771465210");
  expect(data.payment?.transaction?.created_timestamp).toBe(1771465168);
  expect(eventOf("messages/status-sent-cbp", "status.sent").data.conversation).toMatchObject({
    expiration_timestamp: "1701235295",
  });
});

test("23. times are in seconds: `timestamp` is a Date of the right year", () => {
  expect(eventOf("messages/text", "message.text").timestamp.toISOString()).toBe(
    "2026-03-08T16:37:08.000Z",
  );
});

test("24. seconds tie and run backwards: events stay in the order they came in, none is sorted away", () => {
  const statuses = [
    { id: "wamid.A", status: "delivered", timestamp: "1772987829" },
    { id: "wamid.A", status: "sent", timestamp: "1772987829" },
    { id: "wamid.A", status: "read", timestamp: "1772987820" },
  ];
  expect(events(cloud({ statuses })).map(({ raw }) => raw)).toEqual(statuses);
});

test("25. coordinates are numbers", () => {
  const { latitude, longitude } = eventOf("messages/location-pin-only", "message.location").data
    .location;
  expect([latitude, longitude]).toEqual([52.5163, -0.1278]);
});

test("26. prices have decimals, and an order's text may be empty without being absent", () => {
  const { order } = eventOf("messages/order-empty-text-decimal-price", "message.order").data;
  expect(order.text).toBe("");
  expect(order.product_items?.[0]).toMatchObject({ item_price: 4.35, quantity: 7 });
});

test("27. a flow's answer is JSON in a text, made by the user's own flow: given as text and parsed, never thrown at", () => {
  const { flow } = eventOf("messages/interactive-nfm-flow-no-token", "message.interactive");
  expect(flow?.response).toMatchObject({ people: 5, newsletter: false });
  expect(flow).not.toHaveProperty("token");
  const nfm_reply = { response_json: "{not JSON", name: "flow", body: "Sent" };
  const message = { id: "a", type: "interactive", interactive: { type: "nfm_reply", nfm_reply } };
  expect(events(cloud({ messages: [message] }))[0]).toMatchObject({
    name: "message.interactive",
    flow: { raw: "{not JSON" },
  });
});

test("28. two spellings of one word, with a hyphen and with an underscore: words are open", () => {
  const { data } = eventOf("messages/status-authentication-international", "status.sent");
  expect(data.pricing?.category).toBe("authentication-international");
  expect(data.conversation?.origin?.type).toBe("authentication_international");
});

test("29. `billable` is going: it passes as a flag, as a text, and when it is absent", () => {
  for (const billable of [true, "true", undefined]) {
    const status = {
      id: "a",
      status: "sent",
      pricing: { billable, type: "regular", category: "utility" },
    };
    expect(events(cloud({ statuses: [status] }))[0]?.name).toBe("status.sent");
  }
});

test("30. a price's type changed its meaning one day: nothing is computed from it, and the event has its own day", () => {
  const { data, timestamp } = eventOf(
    "messages/status-service-regular-oct-2026",
    "status.delivered",
  );
  expect(data.pricing?.type).toBe("regular");
  expect(timestamp.getTime()).toBeGreaterThan(Date.parse("2026-10-01"));
});
