import type { EventName } from "./events.ts";
import { familyTable, fieldTable } from "./schema/table.ts";

/** As `EventMap` has them. */
const names: ReadonlySet<string> = new Set([
  ...[...familyTable.values()].flatMap(({ name, kinds }) => [
    ...(kinds === undefined
      ? [name]
      : [...Object.keys(kinds), "unknown"].map((kind) => `${name}.${kind}`)),
    `${name}.invalid`,
  ]),
  "unknown",
  "duplicate",
  "stale",
]);

/** Whether an event is called so: for names that come from a configuration or a command line. */
export function isEventName(name: string): name is EventName {
  return names.has(name);
}

/** What all events are called, in no particular order. */
export const eventNames: readonly EventName[] = [...names].filter(isEventName);

/** The webhook fields that are known, such as `messages`: what an app can subscribe to and gets typed events of. */
export const fieldNames: readonly string[] = [...fieldTable.keys()];
