import { changedFields } from "./families.ts";
import type { Family, Field, Lists, Part } from "./family.ts";
import * as fields from "./fields/index.ts";

export { fields };

/** Every webhook field by its name. A map, because a field called `constructor` must find nothing. */
export const fieldTable: ReadonlyMap<string, Field> = new Map(Object.entries<Field>(fields));

/** The field that a body names; whatever it has in the place of a name. */
export function fieldNamed(name: unknown): Field | undefined {
  return (fieldTable as ReadonlyMap<unknown, Field>).get(name);
}

/** Every family of events by its name. */
export const familyTable: ReadonlyMap<string, Family> = new Map(
  [changedFields, ...[...fieldTable.values()].flatMap(familiesOf)].map((family) => [
    family.name,
    family,
  ]),
);

export function isLists(field: Field): field is Lists {
  return "lists" in field;
}

export function placeOf(part: Part): { readonly family: Family; readonly kind?: string } {
  return "family" in part ? part : { family: part };
}

function familiesOf(field: Field): readonly Family[] {
  return isLists(field) ? Object.values(field.lists).map((part) => placeOf(part).family) : [field];
}
