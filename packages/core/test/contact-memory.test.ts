import { expect, test } from "vitest";
import { ContactMemory } from "../src/contact-memory.ts";
import { parse } from "../src/index.ts";
import { cloudBody, text } from "./support/notifications.ts";

/** Whether each of these profiles is news, one after the other. */
function newsOf(...profiles: object[]): boolean[] {
  const memory = new ContactMemory();
  return profiles.map((profile, i) => {
    const body = cloudBody([text("a", { id: String(i) })]);
    for (const { changes } of body.entry)
      for (const { value } of changes)
        Object.assign(value, { contacts: [{ wa_id: "12125550101", ...profile }] });
    const [contact] = [...parse(body)].filter((event) => event.name === "contact");
    if (contact === undefined) throw new Error("no contact");
    return memory.isNews(contact);
  });
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

test("a change of what nobody has described is news", () => {
  expect(newsOf({ mood: { of: "x" } }, { mood: { of: "y" } })).toEqual([true, true]);
});

test("of any number of properties some are remembered", () => {
  const lots = (from: number) =>
    Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`p${from + i}`, i]));
  expect(newsOf(lots(0), lots(0), lots(1_000), lots(2_000), lots(2_000))).toEqual([
    true,
    false,
    true,
    true,
    false,
  ]);
});
