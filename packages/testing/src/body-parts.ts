import type { NotificationBody } from "./fixtures.ts";

/** What holds lists of items: every `value` below a Cloud entry or body, or the On-Premises root. */
export function valuesOf(part: NotificationBody): NotificationBody[] {
  if ("entry" in part) return listOf(part.entry).flatMap(valuesOf);
  if (!("changes" in part)) return [part];
  return listOf(listOf(part.changes).map(({ value }) => value));
}

/** A value, and what is inside that has the same lists: a copy of a conversation, threads of the past. */
export function placesOf(value: NotificationBody): NotificationBody[] {
  const threads = listOf(value.history).flatMap((chunk) => listOf(chunk.threads));
  return [value, ...listOf([value.standby]), ...threads];
}

/** The objects of a list: a fixture may hold odd neighbours on purpose. */
export function listOf(list: unknown): NotificationBody[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

export function isObject(item: unknown): item is NotificationBody {
  return typeof item === "object" && item !== null && !Array.isArray(item);
}
