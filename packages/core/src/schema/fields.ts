import type * as z from "zod";
import { contact } from "./contact.ts";
import { errorObject } from "./error-object.ts";
import { messageBase } from "./message-base.ts";
import { messageAliases, messageTypes } from "./message-types.ts";
import { statusBase, statusTypes } from "./status-types.ts";

type Item = Readonly<Record<string, unknown>>;

/** A kind of item that events are made of. */
export interface FamilyDefinition {
  /** What all its items have in common. */
  readonly base: z.ZodObject;
  /** By second part of the event name, what each has beyond `base`. Without it the family is one event of its own name. */
  readonly types?: Readonly<Record<string, z.ZodObject>>;
  /** The item's word that `types` is looked up with. */
  readonly typeOf?: (item: Item) => unknown;
  /** Other words for entries of `types`. */
  readonly aliases?: Readonly<
    Record<string, { readonly type: string; readonly adapt: (item: Item) => Item }>
  >;
}

/** Every family of events. The names and payloads of `EventMap` are computed from this table. */
export const families = {
  message: {
    base: messageBase,
    types: messageTypes,
    typeOf: (item) => item.type,
    aliases: messageAliases,
  },
  status: {
    base: statusBase,
    types: statusTypes,
    typeOf: (item) =>
      item.type === "payment" ? "payment" : item.status === "payment" ? undefined : item.status,
  },
  /** An error that belongs to no message: rate limits, lost notifications, trouble of the account. */
  platform_error: { base: errorObject },
  /** A customer's profile that is new, or differs from the one last seen. */
  contact: { base: contact },
} as const satisfies Record<string, FamilyDefinition>;

export type FamilyName = keyof typeof families;

/** Every webhook field that is typed, and which family the items of each list in its `value` belong to. */
export const fields = {
  messages: {
    contacts: "contact",
    messages: "message",
    statuses: "status",
    errors: "platform_error",
  },
} as const satisfies Record<string, Readonly<Record<string, FamilyName>>>;

/** The names of all events, as `EventMap` has them. */
export const eventNames: ReadonlySet<string> = new Set([
  ...Object.entries(families as Record<string, FamilyDefinition>).flatMap(([family, { types }]) => [
    ...(types === undefined
      ? [family]
      : [...Object.keys(types), "unknown"].map((type) => `${family}.${type}`)),
    `${family}.invalid`,
  ]),
  "unknown",
  "duplicate",
]);
