import type * as z from "zod";
import type { FlowAnswer } from "./flow.ts";
import type { Account } from "./inbox/inbox.ts";
import type { families } from "./schema/fields.ts";

/** The customer's side of an event. Which ids are there is up to them: a phone number can be hidden behind a username. */
export interface Person {
  /** The best id there is for this customer: the business-scoped user id, else the phone number. */
  readonly key: string;
  /** Digits. Absent when hidden. */
  readonly phone?: string;
  /** Business-scoped user id. One per customer and business portfolio; absent before April 2026. */
  readonly userId?: string;
  readonly parentUserId?: string;
  /** Without `@`. */
  readonly username?: string;
  /** Name from the profile; the customer's own choice. */
  readonly name?: string;
}

/** What every event has, whatever its kind. */
export interface EventBase<Name extends string, Data> {
  /** Such as `message.text`; narrows the type of `data`. */
  readonly name: Name;
  /** The same for the same event however often it is delivered: use it for idempotency. Contains ids; keep it out of logs. */
  readonly key: string;
  /** As your secret function named it. */
  readonly tenant?: string;
  /** Which API sent it. */
  readonly source: "cloud" | "on-premises";
  /** The webhook field it came in, Cloud API only. */
  readonly field?: string;
  /** When it happened, by the platform's clock; when it was received, if the platform does not say. */
  readonly timestamp: Date;
  /** When this notification reached us. */
  readonly receivedAt: Date;
  /** The business it came to. */
  readonly account: Account;
  /** Who sent a message. Absent on events that nobody sent. */
  readonly sender?: Person;
  /** Who a status is about: the customer, or the participant of a group. */
  readonly recipient?: Person;
  /** Events of one conversation are handled one at a time, in order of arrival. */
  readonly conversation: string;
  /** Meta's own words, untouched (On-Premises items in the Cloud API's shape). */
  readonly data: Data;
  /** The item exactly as it came. */
  readonly raw: unknown;
}

/** A property that did not fit. Holds no value of the payload. */
export interface Issue {
  /** Such as `text.body`. */
  readonly path: string;
  readonly message: string;
}

type Families = typeof families;
type Base<F extends keyof Families> = z.infer<Families[F]["base"]>;
type Types<F extends keyof Families> = Families[F] extends { types: infer T } ? T : never;
type Infer<S> = S extends z.ZodType ? z.infer<S> : never;
type Extra<Name> = Name extends "message.interactive" ? { readonly flow?: FlowAnswer } : unknown;
type Invalid<F extends keyof Families> = EventBase<`${F}.invalid`, Partial<Base<F>>> & {
  readonly issues: readonly Issue[];
};

type TypedEvents<F extends keyof Families> = {
  [K in keyof Types<F> & string as `${F}.${K}`]: EventBase<
    `${F}.${K}`,
    Base<F> & Infer<Types<F>[K]>
  > &
    Extra<`${F}.${K}`>;
};

type FamilyEvents<F extends keyof Families> = (Families[F] extends { types: unknown }
  ? TypedEvents<F> & { [K in `${F}.unknown`]: EventBase<K, Base<F>> }
  : { [K in F]: EventBase<K, Base<F>> }) & { [K in `${F}.invalid`]: Invalid<F> };

type Union<T> = { [K in keyof T]: (value: T[K]) => void }[keyof T] extends (value: infer I) => void
  ? I
  : never;

/** Every event by its name, computed from the tables in `schema/`. */
export type EventMap = Union<{ [F in keyof Families]: FamilyEvents<F> }> & {
  /** Something nobody has described yet: a new webhook field, or a value without anything known in it. */
  unknown: EventBase<"unknown", unknown>;
  /** An item that repeats an earlier one of the same body. The earlier one was delivered; this tells of the repetition. */
  duplicate: EventBase<"duplicate", { readonly of: string }>;
};

export type EventName = keyof EventMap & string;

/** Any event. Narrow it by `name`. */
export type AnyEvent = EventMap[EventName];

type NamesWith<Suffix extends string> = Extract<EventName, Suffix | `${string}.${Suffix}`>;
type FamilyOf<Name extends string> = Name extends `${infer F}.${string}` ? F : never;

/**
 * What can be listened for: a name (`message.text`), a family (`message`: all of them, new types too),
 * `unknown` or `invalid` (those of all families), or `*`.
 */
export type Pattern = EventName | FamilyOf<EventName> | "unknown" | "invalid" | "*";

/** The names a pattern stands for. */
export type NamesOf<P extends Pattern> = P extends "*"
  ? EventName
  : P extends "unknown" | "invalid"
    ? NamesWith<P>
    : P extends EventName
      ? P
      : Extract<EventName, `${P}.${string}`>;

/** The event a handler of a pattern gets. */
export type EventOf<P extends Pattern> = EventMap[NamesOf<P>];
