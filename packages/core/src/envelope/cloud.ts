import type { Account } from "../inbox/inbox.ts";
import { type FamilyName, fields } from "../schema/fields.ts";
import { anchorOf, contactFromSystem, contactOf, isSoleCustomer } from "./contacts.ts";
import { type Item, isJson, type Json, listOf, textOf } from "./item.ts";

const known = new Map<string, readonly (readonly [string, FamilyName])[]>(
  Object.entries(fields).map(([field, lists]) => [
    field,
    Object.entries(lists) as [string, FamilyName][],
  ]),
);
/** Parts of a `value` that describe the items instead of being items. */
const DESCRIBING = new Set(["messaging_product", "metadata"]);

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
export function* cutCloud(body: Json): Generator<Item> {
  for (const entry of listOf(body.entry)) {
    const changes = isJson(entry) ? listOf(entry.changes) : [];
    if (!isJson(entry) || changes.length === 0) {
      yield {
        family: undefined,
        raw: entry,
        data: entry,
        account: {},
        ...(isJson(entry) ? { entry: { id: entry.id, time: entry.time } } : {}),
      };
      continue;
    }
    for (const change of changes) yield* cutChange(entry, change);
  }
}

function* cutChange(entry: Json, change: unknown): Generator<Item> {
  const value = isJson(change) && isJson(change.value) ? change.value : {};
  const field = isJson(change) ? textOf(change.field) : undefined;
  const common = {
    ...(field === undefined ? {} : { field }),
    account: accountOf(entry, value),
    entry: { id: entry.id, time: entry.time },
  };
  const lists = field === undefined ? undefined : known.get(field);
  let count = 0;
  if (lists !== undefined) {
    for (const item of cutLists(value, lists, common)) {
      count++;
      yield item;
    }
  }
  const left =
    lists === undefined
      ? []
      : Object.keys(value).filter(
          (key) =>
            !DESCRIBING.has(key) &&
            !lists.some(([list]) => list === key) &&
            listOf(value[key]).length > 0 &&
            Array.isArray(value[key]),
        );
  if (count > 0 && left.length === 0) return;
  const data = isJson(change) && "value" in change ? change.value : change;
  yield { ...common, family: undefined, raw: change, data };
}

/** The elements of the lists of a value, in the order of the table; also of an On-Premises body. */
export function* cutLists(
  value: Json,
  lists: readonly (readonly [string, FamilyName])[],
  common: Pick<Item, "account" | "field" | "entry">,
): Generator<Item> {
  const contacts = listOf(value.contacts);
  const others = lists
    .filter(([, family]) => family !== "contact")
    .flatMap(([list]) => listOf(value[list]));
  const anchor = anchorOf(others);
  const soleCustomer = isSoleCustomer(others);
  for (const [list, family] of lists) {
    for (const raw of listOf(value[list])) {
      const contact =
        isJson(raw) && family !== "contact" ? contactOf(raw, contacts, soleCustomer) : undefined;
      const item: Item = {
        ...common,
        family,
        raw,
        data: raw,
        ...(contact === undefined ? {} : { contact }),
        ...(family === "contact" && anchor !== undefined ? { anchor } : {}),
      };
      const told = family === "message" ? contactFromSystem(item) : undefined;
      if (told !== undefined) yield told;
      yield item;
    }
  }
}

function accountOf(entry: Json, value: Json): Account {
  const metadata = isJson(value.metadata) ? value.metadata : {};
  const wabaId = textOf(entry.id);
  const phoneNumberId = textOf(metadata.phone_number_id);
  const displayPhoneNumber = textOf(metadata.display_phone_number);
  return {
    ...(wabaId === undefined ? {} : { wabaId }),
    ...(phoneNumberId === undefined ? {} : { phoneNumberId }),
    ...(displayPhoneNumber === undefined ? {} : { displayPhoneNumber }),
  };
}
