import { expect, test } from "vitest";
import { ContactMemory } from "../src/contact-memory.ts";
import { parse } from "../src/index.ts";
import { cloudBody, text } from "./support/notifications.ts";

function contactOf(profile: object) {
  const body = cloudBody([text("a")]);
  for (const { changes } of body.entry)
    for (const { value } of changes)
      Object.assign(value, { contacts: [{ wa_id: "12125550101", ...profile }] });
  const [contact] = [...parse(body)].filter((event) => event.name === "contact");
  if (contact === undefined) throw new Error("no contact");
  return contact;
}

/** Whether each of these profiles is news, one after the other. */
function newsOf(...profiles: object[]): boolean[] {
  const memory = new ContactMemory();
  return profiles.map((profile) => memory.isNews(contactOf(profile)));
}

test("a profile is news once, and again when it says something else", () => {
  const ann = { profile: { name: "Ann" } };
  expect(newsOf(ann, ann, { profile: { name: "Bob" } }, ann)).toEqual([true, false, true, true]);
});

test("what a body leaves out is no change, nor is another order", () => {
  const both = { country_code: "US", mood: "x" };
  const other = { mood: "x", country_code: "US" };
  expect(newsOf(both, { country_code: "US" }, {}, other, both)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("what was known stays known when something else is news, or a new id", () => {
  const ann = { profile: { name: "Ann" } };
  expect(newsOf(ann, {}, { mood: "x" }, ann)).toEqual([true, false, true, false]);
  expect(newsOf(ann, { user_id: "US.1" }, ann)).toEqual([true, true, false]);
});

test("customers are told apart, and by businesses and tenants as well", () => {
  expect(newsOf({}, { wa_id: "12125550102" }, {})).toEqual([true, true, false]);
  const memory = new ContactMemory();
  const contact = contactOf({});
  const others = [{ tenant: "north" }, { account: { wabaId: "2" } }, { source: "on-premises" }];
  const events = [{}, ...others, {}].map((other) => Object.assign({}, contact, other));
  expect(events.map((event) => memory.isNews(event))).toEqual([true, true, true, true, false]);
});

test("who somebody was before is news each time", () => {
  const moved = { previous: { wa_id: "12125550102" } };
  expect(newsOf(moved, moved)).toEqual([true, true]);
});

test("ten thousand customers are remembered, those who were news last", () => {
  const memory = new ContactMemory();
  const contact = contactOf({});
  const isNews = (id: number) =>
    memory.isNews({ ...contact, data: { ...contact.data, wa_id: String(id) } });
  for (let id = 0; id <= 10_000; id++) isNews(id);
  expect([isNews(1), isNews(0)]).toEqual([false, true]);
});

test("a change of what nobody has described is news", () => {
  expect(newsOf({ mood: { of: "x" } }, { mood: { of: "y" } })).toEqual([true, true]);
});

test("of any number of properties some are remembered", () => {
  const lots = (from: number) =>
    Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`p${from + i}`, i]));
  const news = newsOf(lots(0), lots(0), lots(1_000), lots(2_000), lots(2_000), lots(0));
  expect(news).toEqual([true, false, true, true, false, true]);
  expect(newsOf(lots(0), { ...lots(0), p999: "another" })).toEqual([true, false]);
});
