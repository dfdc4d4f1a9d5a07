import {
  contact as contactFamily,
  message as messageFamily,
  platformError,
} from "../schema/families.ts";
import type { Family, Lists } from "../schema/family.ts";
import { placeOf } from "../schema/table.ts";
import { anchorOf, Contacts, contactFromSystem } from "./contacts.ts";
import { type Item, isJson, type Json, listOf, type Surroundings } from "./item.ts";

/** Items that a profile does not belong to: profiles themselves, and errors, which nobody sent. */
const ofNobody = new Set<Family>([contactFamily, platformError]);

/** The parts of a table of lists, as they are needed for each value. */
const partsOf = once(({ lists }: Lists) =>
  Object.entries(lists).map(([list, part]) => {
    const { family, kind } = placeOf(part);
    return { list, family, kind, isOfNobody: ofNobody.has(family) };
  }),
);

/** Cuts a value into the elements of its lists, in the order of the table, each with the profile that belongs to it. */
export function cutLists(
  value: Json,
  field: Lists,
  { field: name, account, entry }: Surroundings,
): Item[] {
  const { rawOf } = field;
  const parts = partsOf(field);
  const others: unknown[] = [];
  for (const { list, isOfNobody } of parts)
    if (!isOfNobody) for (const item of listOf(value[list])) others.push(item);
  const contacts = new Contacts(listOf(value.contacts), others);
  const anchor = anchorOf(others);
  const cut: Item[] = [];
  for (const { list, family, kind, isOfNobody } of parts) {
    for (const data of listOf(value[list])) {
      const item: Item = {
        family,
        field: name,
        account,
        entry,
        raw: rawOf === undefined ? data : rawOf(data),
        data,
        kind,
        contact: isJson(data) && !isOfNobody ? contacts.of(data) : undefined,
        anchor: family === contactFamily ? anchor : undefined,
      };
      const told = family === messageFamily ? contactFromSystem(item) : undefined;
      if (told !== undefined) cut.push(told);
      cut.push(item);
    }
  }
  return cut;
}

/** The lists of a value that the table does not know: they are news, and must not be lost. */
export function unknownLists(value: Json, { lists }: Lists): Json | undefined {
  const unknown: [string, unknown][] = [];
  for (const key of Object.keys(value)) {
    const list = value[key];
    if (Array.isArray(list) && list.length > 0 && !Object.hasOwn(lists, key))
      unknown.push([key, list]);
  }
  // Not by assignment, which does other things to a key called `__proto__`.
  return unknown.length === 0 ? undefined : Object.fromEntries(unknown);
}

/** Remembers what was made of each argument. */
function once<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}
