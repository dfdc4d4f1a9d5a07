import { isJson, type Json, objectsOf } from "../../json.ts";
import { familyAndKind } from "./event-catalogue.ts";

/**
 * The part of a body that an event is about: the message or status, the element of another list, or the whole value where
 * there is no list. It is the body's own object, to be changed.
 */
export function findItem(body: Json, event: string): Json {
  const [family, kind] = familyAndKind(event);
  const values = valuesOf(body);
  const lists = values.flatMap((value) =>
    Object.entries(value).flatMap(([name, list]) => {
      const isWanted = name !== "contacts" || family === "contact";
      return isWanted && isListValue(value, body) && objectsOf(list).length > 0
        ? [{ name, items: objectsOf(list) }]
        : [];
    }),
  );
  const own = lists.find(({ name }) => name.startsWith(family)) ?? lists[0];
  const all = own?.items ?? [];
  return (
    all.find(({ type, status }) => type === kind || status === kind) ?? all[0] ?? values[0] ?? body
  );
}

/** The values of all changes, or the body itself, when it is one of the On-Premises API's. */
function valuesOf(body: Json): readonly Json[] {
  if (!("entry" in body)) return [body];
  const entries = objectsOf(body.entry);
  const values = entries.flatMap((entry) =>
    objectsOf(entry.changes).flatMap(({ value }) => {
      if (!isJson(value)) return [];
      // What is observed on standby is one level deeper.
      return isJson(value.standby) ? [value.standby] : [value];
    }),
  );
  return values.length > 0 ? values : entries;
}

/** What concerns a number holds lists of items; what concerns the account is one item, lists in it or not. */
function isListValue(value: Json, body: Json): boolean {
  return (
    value === body ||
    "metadata" in value ||
    "messaging_product" in value ||
    "messages" in value ||
    "statuses" in value ||
    "message_echoes" in value
  );
}
