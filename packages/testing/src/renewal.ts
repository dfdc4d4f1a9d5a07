import { randomBytes } from "node:crypto";
import { isObject, listOf, placesOf, valuesOf } from "./body-parts.ts";
import type { NotificationBody } from "./fixtures.ts";

/** The lists whose items are told apart by their ids. */
const WITH_IDS = ["messages", "statuses", "calls", "message_echoes"];

/**
 * Makes of a body one that was never sent: new ids, and another time for what has none. Items that shared an id still do:
 * several statuses of one message.
 */
export function renew(body: NotificationBody): void {
  const renewed = new Map<string, string>();
  for (const place of valuesOf(body).flatMap(placesOf))
    for (const item of WITH_IDS.flatMap((list) => listOf(place[list]))) {
      // What is no text is no id, and an item that is to be unfit by it stays so.
      if (!hasId(item)) continue;
      const id = renewed.get(item.id) ?? newId(item.id);
      renewed.set(item.id, id);
      item.id = id;
    }
  if ("entry" in body) renewEntries(listOf(body.entry));
  else renewRoot(body);
}

/** By the time of its entry the platform tells apart what has no id. Entries with nothing but ids need none, and often have none. */
function renewEntries(entries: readonly NotificationBody[]): void {
  for (const entry of entries)
    if (entry.time !== undefined || !valuesOf(entry).every(isToldById))
      entry.time = newTime(entry.time);
}

function isToldById(value: NotificationBody): boolean {
  const listed = Object.entries(value).flatMap(([list, items]) =>
    Array.isArray(items) ? items.map((item: unknown) => ({ list, item })) : [],
  );
  return (
    listed.some(({ list }) => WITH_IDS.includes(list)) &&
    listed.every(({ list, item }) =>
      // A profile is told of once, with what it came with.
      list === "contacts" ? isObject(item) : WITH_IDS.includes(list) && hasId(item),
    )
  );
}

/** On-Premises there are no entries, so each item gets a time of its own, unless it is a profile or nothing at all. */
function renewRoot(body: NotificationBody): void {
  for (const [name, list] of Object.entries(body))
    for (const item of listOf(list)) {
      if (hasId(item) || Object.keys(item).length === 0) continue;
      // The answer to a contacts check is no profile.
      if (name !== "contacts" || item.input !== undefined)
        item.timestamp = String(newTime(item.timestamp));
    }
}

function hasId(item: unknown): item is NotificationBody & { id: string } {
  return isObject(item) && typeof item.id === "string" && item.id !== "";
}

function newId(old: string): string {
  const kind = old.startsWith("wacid.") ? "wacid" : "wamid";
  return `${kind}.${randomBytes(24).toString("base64")}`;
}

let last = 0;

/**
 * Now, and another time each time, as a number or a text, whichever it was. In milliseconds, which receivers take as well as
 * seconds: there are enough of them for each body to have one of its own and be no older than it is.
 */
function newTime(time: unknown): number | string {
  last = Math.max(last + 1, Date.now());
  return typeof time === "string" ? String(last) : last;
}
