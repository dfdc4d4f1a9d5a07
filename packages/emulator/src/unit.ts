import { createHash } from "node:crypto";
import { isJson, type Json, objectsOf, textOf, toSortedJson } from "./json.ts";

/** The smallest thing that a receiver handles: a message, a status, an element of another field, or a whole value. */
export interface Unit {
  /** What tells it from others: see {@link itemKey}. */
  readonly key: string;
  /** Keys of its parts, for receivers that hand on parts of what they got. */
  readonly parts: readonly string[];
  /** The same item at another place (field, account, number, time of the entry) is another event. */
  readonly place: string;
  /** Nothing tells a repetition from the same thing happening again, so a receiver may hand on both. */
  readonly isRepeatable?: boolean;
}

/**
 * The key of an item as it stands in a body, for {@link Emulator.audit}: `message:<id>:<type>`,
 * `status:<id>:<status>:<participant>`, and for anything else a hash of its content.
 */
export function itemKey(item: unknown): string {
  if (isJson(item)) {
    const { id, type, status, timestamp } = item;
    const isPayment = type === "payment";
    if (textOf(id) !== undefined && textOf(timestamp) !== undefined && !isPayment) {
      const participant = item.recipient_participant_id ?? item.participant_recipient_id;
      if (textOf(status) !== undefined)
        return `status:${id}:${status}:${textOf(participant) ?? textOf(item.recipient_participant_user_id) ?? ""}`;
      if (textOf(type) !== undefined) return `message:${id}:${type}`;
    }
  }
  return `content:${createHash("sha256")
    .update(toSortedJson(item) ?? "")
    .digest("base64url")}`;
}

/** What a Cloud API change asks its receiver to handle. */
export function unitsOfChange(change: Json, { id, time }: Json): Unit[] {
  const { field, value } = change;
  // What concerns a number holds lists of items; what concerns the account is one item, lists in it or not.
  const isList = isJson(value) && ("metadata" in value || "messaging_product" in value);
  const items = isList ? itemsOf(value) : [];
  const metadata = isJson(value) && isJson(value.metadata) ? value.metadata : {};
  const place = JSON.stringify([field, id, metadata.phone_number_id, time]);
  return (items.length > 0 ? items : [change]).map((item) => {
    if (hasId(itemKey(item))) return unitOf(item, change, String(field));
    const unit = unitOf(item, change, place);
    const isOneOfAKind = time !== undefined || textOf(item.id) !== undefined || tellsTime(item);
    return isOneOfAKind ? unit : { ...unit, isRepeatable: true };
  });
}

/** Whether a time stands in it, at whatever depth: `timestamp`, `time`, `end_time`. */
function tellsTime(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(tellsTime);
  if (!isJson(value)) return false;
  return Object.entries(value).some(
    ([name, inner]) => /time(stamp)?$/.test(name) || tellsTime(inner),
  );
}

/** What an On-Premises body asks its receiver to handle. */
export function unitsOfRoot(body: Json): Unit[] {
  return itemsOf(body).map((item) => {
    const unit = unitOf(item, body, "on-premises");
    return hasId(unit.key) ? unit : { ...unit, isRepeatable: true };
  });
}

/** What a receiver may report besides units: the profiles that come along. */
export function profilesOf(value: unknown): string[] {
  return isJson(value) ? objectsOf(value.contacts).map(itemKey) : [];
}

/** The elements of the lists. Profiles come along with them and are no news by themselves, and empty ones say nothing. */
function itemsOf(value: Json): Json[] {
  return Object.entries(value).flatMap(([name, list]) =>
    name === "contacts" ? [] : objectsOf(list).filter((item) => Object.keys(item).length > 0),
  );
}

/** What has no id may be reported by what is in it, or by what it is in. */
function unitOf(item: Json, whole: Json, place: string): Unit {
  const key = itemKey(item);
  if (hasId(key)) return { key, parts: [], place };
  const parts = new Set([whole, ...partsOf(item)].map(itemKey));
  parts.delete(key);
  return { key, parts: [...parts], place };
}

/** Every object below. Messages and statuses are handed on whole, so nobody has to look into them. */
function* partsOf(item: Json): Generator<Json> {
  if (hasId(itemKey(item))) return;
  for (const value of Object.values(item))
    for (const part of isJson(value) ? [value] : objectsOf(value)) {
      yield part;
      yield* partsOf(part);
    }
}

function hasId(key: string): boolean {
  return !key.startsWith("content:");
}
