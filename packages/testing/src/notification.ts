import { checkOptions, type OptionTable } from "@whatsapp-webhooks/core";
import { listOf, valuesOf } from "./body-parts.ts";
import { setCustomer } from "./customer.ts";
import { loadFixture, type NotificationBody } from "./fixtures.ts";
import { renew } from "./renewal.ts";

/** What a notification is made of: a text of your own, or a fixture, with what should differ. */
export type NotificationOptions = Overrides &
  (
    | {
        /** What the customer writes, for a text message of your own. */
        readonly text?: string | undefined;
        readonly fixture?: undefined;
      }
    | {
        /** Start from this fixture, for example `"messages/image"`; see {@link fixtureNames}. */
        readonly fixture: string;
        readonly text?: undefined;
      }
  );

interface Overrides {
  /**
   * The customer's number in digits, in every message, status, call, echo, preference and contact: all customers of a body
   * become this one. Another number is another person: user ids, where the fixture has them, become ones made of it, such as
   * `US.15550001111`; in a fixture from before user ids the number alone tells. Members of a group, past conversations and
   * the address book stay as they are.
   */
  readonly from?: string | undefined;
  /** The customer's profile name, in every contact. */
  readonly name?: string | undefined;
  /** Set on every message and status, in the platform's own words: `{ id: "wamid.1", timestamp: "1790000000" }`. */
  readonly item?: Readonly<Record<string, unknown>> | undefined;
  /**
   * New ids, and for what has none the time of now, so that it is a duplicate of nothing. Default: true for a text of your
   * own; false for a fixture, which then is the same every time.
   */
  readonly unique?: boolean | undefined;
}

const table: OptionTable<NotificationOptions> = {
  text: "other",
  fixture: "other",
  from: "other",
  name: "other",
  item: "other",
  unique: "other",
};

/** The business side, which only Cloud API bodies tell. */
interface Account {
  /** Id of the WhatsApp Business Account, in every entry. */
  readonly wabaId?: string | undefined;
  /** Id of the business phone number, in every `metadata`. */
  readonly phoneNumberId?: string | undefined;
}

/**
 * The body of a Cloud API notification: `notification({ text: "Hello" })` is a message that no other call gives,
 * `notification({ fixture: "messages/image", from: "15550001111" })` a fixture with another sender.
 * Throws for a fixture that does not exist, or one of the On-Premises API.
 */
export function notification(options: NotificationOptions & Account = {}): NotificationBody {
  checkOptions("notification", options, { ...table, wabaId: "other", phoneNumberId: "other" });
  const body = build(options, "messages/text");
  if (!Array.isArray(body.entry))
    throw new Error(`${options.fixture} is no Cloud API body: use onPremises() for it.`);
  for (const entry of listOf(body.entry)) {
    if (options.wabaId !== undefined) entry.id = options.wabaId;
    if (options.phoneNumberId === undefined) continue;
    for (const value of valuesOf(entry))
      value.metadata = { ...(value.metadata as object), phone_number_id: options.phoneNumberId };
  }
  return body;
}

/** As {@link notification}, for the On-Premises API: `onPremises({ text: "Hello" })`. Send it {@link authorized}. */
export function onPremises(options: NotificationOptions = {}): NotificationBody {
  checkOptions("onPremises", options, table);
  const body = build(options, "on-premises/text");
  if ("entry" in body)
    throw new Error(`${options.fixture} is a Cloud API body: use notification() for it.`);
  return body;
}

/**
 * Several bodies as one, the way the platform batches: the entries of Cloud API bodies, or the lists of On-Premises
 * ones, after each other. Throws when both kinds are among them: no API sends that.
 */
export function batch(...bodies: readonly NotificationBody[]): NotificationBody {
  if (new Set(bodies.map((body) => "entry" in body)).size > 1)
    throw new Error("a batch holds either Cloud API bodies or On-Premises ones, not both.");
  const merged: NotificationBody = {};
  for (const [property, value] of bodies.flatMap((body) => Object.entries(body))) {
    const before = merged[property];
    merged[property] =
      Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
  }
  return merged;
}

function build(options: NotificationOptions, textFixture: string): NotificationBody {
  const { body } = loadFixture(options.fixture ?? textFixture);
  for (const value of valuesOf(body)) {
    if (options.text !== undefined)
      for (const message of listOf(value.messages)) message.text = { body: options.text };
    if (options.from !== undefined) setCustomer(value, options.from);
    if (options.name !== undefined)
      for (const contact of listOf(value.contacts))
        contact.profile = { ...(contact.profile as object), name: options.name };
  }
  const isUnique = options.unique ?? options.fixture === undefined;
  if (isUnique) renew(body);
  for (const value of valuesOf(body))
    for (const item of itemsOf(value)) Object.assign(item, structuredClone(options.item));
  return body;
}

function itemsOf(value: NotificationBody): NotificationBody[] {
  return [...listOf(value.messages), ...listOf(value.statuses)];
}
