import type * as z from "zod";
import type { FlowAnswer } from "./flow.ts";
import type { Account } from "./inbox/inbox.ts";
import type { changedFields } from "./schema/families.ts";
import type { Family } from "./schema/family.ts";
import type { fields } from "./schema/table.ts";

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
  /** Events of one conversation are handled one at a time, in order of arrival. Opaque; contains ids: keep it out of logs. */
  readonly conversation: string;
  /**
   * Meta's own words, untouched (On-Premises items in the Cloud API's shape). Without the properties that `issues` names;
   * of an `.invalid` event, only those that fit.
   */
  readonly data: Data;
  /** What did not fit its description. Absent when all did. */
  readonly issues?: readonly Issue[];
  /** The item exactly as it came. */
  readonly raw: unknown;
}

/** A property that did not fit. Holds no value of the payload. */
export interface Issue {
  /** Such as `text.body`. */
  readonly path: string;
  readonly message: string;
}

type Fields = typeof fields;
type FamilyOfPart<P> = P extends { readonly family: infer F } ? F : P;
type FamilyOfField<F> = F extends { readonly lists: infer L } ? FamilyOfPart<L[keyof L]> : F;
type AnyFamily = typeof changedFields | FamilyOfField<Fields[keyof Fields]>;
/** Without the `Record<string, never>` of a schema without properties: with it any misspelt property would compile. */
type Infer<S> =
  S extends z.ZodObject<infer Shape>
    ? [keyof Shape] extends [never]
      ? unknown
      : z.infer<S>
    : S extends z.ZodType
      ? z.infer<S>
      : never;
/** What single events have beyond {@link EventBase}. */
interface Extras {
  "message.interactive": {
    /** The answer of a flow or an address form, parsed. */
    readonly flow?: FlowAnswer;
  };
  contact: {
    /** Who the customer was before a number or user id changed: move what you keep under `previous.key` to `sender.key`. */
    readonly previous?: Person;
  };
}
type Extra<Name> = Name extends keyof Extras ? Extras[Name] : unknown;
type Invalid<Name extends string, B> = EventBase<`${Name}.invalid`, Partial<Infer<B>>> & {
  readonly issues: readonly Issue[];
};

type EventsOf<F> =
  F extends Family<infer Name, infer B, infer K>
    ? (K extends undefined
        ? { [N in Name]: EventBase<N, Infer<B>> & Extra<N> }
        : {
            [T in keyof K & string as `${Name}.${T}`]: EventBase<
              `${Name}.${T}`,
              Infer<B> & Infer<K[T]>
            > &
              Extra<`${Name}.${T}`>;
          } & {
            [N in `${Name}.unknown`]: EventBase<N, Infer<B>>;
          }) & { [N in `${Name}.invalid`]: Invalid<Name, B> }
    : never;

type Merge<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void
  ? I
  : never;

/** Every event by its name, computed from the tables in `schema/`. */
export type EventMap = Merge<EventsOf<AnyFamily>> & {
  /** Something nobody has described yet: a new webhook field, or a value without anything known in it. */
  unknown: EventBase<"unknown", unknown>;
  /** An item that repeats an earlier one of the same body. The earlier one was delivered; this tells of the repetition. */
  duplicate: EventBase<"duplicate", { readonly of: string }>;
  /** What came later than `maxAgeMs` after it happened, instead of its own event. */
  stale: EventBase<"stale", { readonly event: AnyEvent }>;
};

/** What events are called: `message.text`, `status.failed` … docs/events.md lists them. */
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
