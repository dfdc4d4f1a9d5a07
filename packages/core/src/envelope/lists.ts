import {
  contact as contactFamily,
  message as messageFamily,
  platformError,
} from "../schema/families.ts";
import type { Family, Lists } from "../schema/family.ts";
import { placeOf } from "../schema/table.ts";
import { anchorOf, Contacts, contactFromSystem } from "./contacts.ts";
import { type Item, isJson, type Json, listOf } from "./item.ts";

/** Items that a profile does not belong to: profiles themselves, and errors, which nobody sent. */
const ofNobody = new Set<Family>([contactFamily, platformError]);

/** Cuts a value into the elements of its lists, in the order of the table, each with the profile that belongs to it. */
export function* cutLists(
  value: Json,
  { lists, rawOf = (item) => item }: Lists,
  common: Pick<Item, "account" | "field" | "entry">,
): Generator<Item> {
  const parts = Object.entries(lists).map(([list, part]) => ({
    ...placeOf(part),
    items: listOf(value[list]),
  }));
  const others = parts.filter(({ family }) => !ofNobody.has(family)).flatMap(({ items }) => items);
  const contacts = new Contacts(listOf(value.contacts), others);
  const anchor = anchorOf(others);
  for (const { family, kind, items } of parts) {
    for (const raw of items) {
      const contact = isJson(raw) && !ofNobody.has(family) ? contacts.of(raw) : undefined;
      const item: Item = {
        ...common,
        family,
        raw: rawOf(raw),
        data: raw,
        ...(kind === undefined ? {} : { kind }),
        ...(contact === undefined ? {} : { contact }),
        ...(family === contactFamily && anchor !== undefined ? { anchor } : {}),
      };
      const told = family === messageFamily ? contactFromSystem(item) : undefined;
      if (told !== undefined) yield told;
      yield item;
    }
  }
}

/** The lists of a value that the table does not know: they are news, and must not be lost. */
export function unknownLists(value: Json, { lists }: Lists): Json | undefined {
  const unknown = Object.entries(value).filter(
    ([key, list]) => Array.isArray(list) && list.length > 0 && !Object.hasOwn(lists, key),
  );
  return unknown.length === 0 ? undefined : Object.fromEntries(unknown);
}
