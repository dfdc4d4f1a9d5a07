import type { Account } from "../inbox/inbox.ts";
import { brief } from "../key.ts";
import { changedFields } from "../schema/families.ts";
import { fieldNamed, isLists } from "../schema/table.ts";
import {
  type Item,
  idOf,
  isJson,
  type Json,
  LONGEST_ID,
  listOf,
  loneItem,
  present,
  type Surroundings,
  textOf,
} from "./item.ts";
import { cutLists, unknownLists } from "./lists.ts";

export function isCloudEnvelope(body: unknown): body is Json {
  return (
    isJson(body) &&
    Array.isArray(body.entry) &&
    (body.object === "whatsapp_business_account" || body.object === undefined)
  );
}

/**
 * Cuts a Cloud API body into items: every entry, every change, every element of every list. What is not recognised
 * becomes an item without a family; nothing is left out.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages (read 2026-11-22)
 */
export function cutCloud(body: Json): readonly Item[] {
  const items: Item[] = [];
  for (const entry of listOf(body.entry)) {
    const changes = isJson(entry) ? listOf(entry.changes) : [];
    for (const change of changes)
      for (const item of cutChange(entry as Json, change)) items.push(item);
    if (changes.length === 0) items.push(entryWithoutChanges(entry));
  }
  return items;
}

function entryWithoutChanges(entry: unknown): Item {
  const place = isJson(entry) ? entry : {};
  const family = place.changed_fields === undefined ? undefined : changedFields;
  return loneItem(surroundingsOf(place, undefined, {}), family, entry, entry);
}

function surroundingsOf(entry: Json, field: string | undefined, value: Json): Surroundings {
  return { field, account: accountOf(entry, value), entry: placeOf(entry) };
}

/** Of entries whose id or time is no number and no short text, which takes time to find out. */
const oddPlaces = new WeakMap<Json, NonNullable<Item["entry"]>>();

/** What tells apart the items of an entry that have no id of their own. */
function placeOf(entry: Json): NonNullable<Item["entry"]> {
  const { id, time } = entry;
  if (isShort(id) && isShort(time)) return { id, time };
  let place = oddPlaces.get(entry);
  if (place === undefined) {
    place = { id: brief(id), time: brief(time) };
    oddPlaces.set(entry, place);
  }
  return place;
}

function isShort(value: unknown): boolean {
  return typeof value === "string" ? value.length <= LONGEST_ID : typeof value !== "object";
}

/** The items of one change. */
export function cutChange(entry: Json, change: unknown): readonly Item[] {
  const value = isJson(change) && isJson(change.value) ? change.value : {};
  const name = isJson(change) ? textOf(change.field) : undefined;
  const surroundings = surroundingsOf(entry, name, value);
  const field = fieldNamed(name);
  if (field !== undefined && !isLists(field) && Object.keys(value).length > 0) {
    return [loneItem(surroundings, field, change, value)];
  }
  if (field !== undefined && isLists(field)) {
    const opened = field.open?.(value) ?? value;
    const items = cutLists(opened, field, surroundings);
    const news = unknownLists(opened, field);
    if (items.length > 0 && news !== undefined)
      items.push(loneItem(surroundings, undefined, change, news));
    if (items.length > 0) return items;
  }
  const all = isJson(change) && "value" in change ? change.value : change;
  return [loneItem(surroundings, undefined, change, all)];
}

/** `metadata` names the number in most fields, `recipient` in handovers; others have at best the number for people. */
function accountOf(entry: Json, value: Json): Account {
  const number = [value.metadata, value.recipient].find(isJson) ?? {};
  return present({
    wabaId: idOf(entry.id),
    phoneNumberId: idOf(number.phone_number_id),
    displayPhoneNumber: textOf(number.display_phone_number) ?? textOf(value.display_phone_number),
  });
}
