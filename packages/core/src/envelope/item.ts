import type { Account } from "../inbox/inbox.ts";
import type { Family } from "../schema/family.ts";

export type Json = Readonly<Record<string, unknown>>;

/** What the items of one change, or of one On-Premises body, have in common. */
export type Surroundings = Pick<Item, "field" | "account" | "entry">;

/** One thing that a body tells of, cut out of its envelope and not yet looked into. */
export interface Item {
  /** Undefined: nobody knows what it is. */
  readonly family: Family | undefined;
  /** Told by its place in the body, where that tells more than a word in the item. */
  readonly kind: string | undefined;
  /** The webhook field, Cloud API only. */
  readonly field: string | undefined;
  /** As it came. */
  readonly raw: unknown;
  /** As it came, or brought into the Cloud API's shape; what the event's `data` will be. */
  readonly data: unknown;
  readonly account: Account;
  /** `entry.id` and `entry.time`, which tell apart what has no id of its own. */
  readonly entry: { readonly id: unknown; readonly time: unknown } | undefined;
  /** The customer's profile that came with it. */
  readonly contact: Json | undefined;
  /** For a profile: what it came with. */
  readonly anchor: string | undefined;
}

/** An item that stands by itself. */
export function loneItem(
  { field, account, entry }: Surroundings,
  family: Family | undefined,
  raw: unknown,
  data: unknown,
): Item {
  return {
    family,
    field,
    account,
    entry,
    raw,
    data,
    kind: undefined,
    contact: undefined,
    anchor: undefined,
  };
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list, whatever it is: nothing for null and undefined, one item for anything that is not a list. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/**
 * Real ids have some eighty characters. What surrounds items goes into something of each of them, so that a long one there
 * would cost its length as many times.
 */
export const LONGEST_ID = 1_000;

/** An id: a text with something in it, or a number, as which ids have been seen. */
export function idOf(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  const text = textOf(value);
  return text !== undefined && text.length <= LONGEST_ID ? text : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The same without what is undefined. */
export function present<T extends object>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const some: { [K in keyof T]?: T[K] } = {};
  for (const key in values) if (values[key] !== undefined) some[key] = values[key];
  return some as never;
}
