import type * as z from "zod";
import { checkAccount } from "./account.ts";
import { isTooWide, MOST_VALUES } from "./density.ts";
import { cutCloud, isCloudEnvelope } from "./envelope/cloud.ts";
import { type Item, isJson, type Json, textOf } from "./envelope/item.ts";
import { cutOnPremises, isOnPremisesEnvelope } from "./envelope/on-premises.ts";
import { peopleOf, personOf } from "./envelope/people.ts";
import { WebhookError } from "./errors.ts";
import type { AnyEvent, EventName, Issue } from "./events.ts";
import { flowAnswerOf } from "./flow.ts";
import type { Account, PartKeys } from "./inbox/inbox.ts";
import { toJson } from "./json.ts";
import { Keys, keyOf } from "./key.ts";
import { checkOptions, type OptionTable } from "./options.ts";
import { repair } from "./repair.ts";
import { type Family, schemaOf } from "./schema/family.ts";
import { toDate } from "./time.ts";

/** Where a body is from, and what of it is wanted. */
export interface ParseOptions {
  /** Which outer shape the body must have. Default: whichever it has. */
  readonly source?: "cloud" | "on-premises" | undefined;
  /** The business number, for On-Premises bodies, which do not say. */
  readonly account?: Account | undefined;
  /** Becomes `event.tenant` and keeps tenants' event keys apart. */
  readonly tenant?: string | undefined;
  /** When the notification was received: as `event.receivedAt`, or in milliseconds since 1970. Default now. */
  readonly receivedAt?: number | Date | undefined;
  /** How many items the body may have; more throws `body_too_dense`. Default any number. */
  readonly mostItems?: number | undefined;
  /** Which events to make; others are skipped without being checked. A wanted item that does not fit is never skipped. Default all. */
  readonly wants?: ((name: EventName) => boolean) | undefined;
  /** For a part of a record: its `keys`, so that its events are those of the whole. */
  readonly keys?: PartKeys | undefined;
}

const table: OptionTable<ParseOptions> = {
  source: ["cloud", "on-premises"],
  account: "other",
  tenant: "other",
  receivedAt: "other",
  mostItems: "limit",
  wants: "other",
  keys: "other",
};

/**
 * Turns a notification body into typed events, one for each item in it. Pure: no server, no inbox, nothing remembered.
 * What does not fit in an item is left out of its `data`; an item without what its event cannot do without becomes an
 * `.invalid` event. Neither costs its neighbours anything. Throws a {@link WebhookError} with the code
 * `body_not_json`, `body_too_dense`, `envelope_unknown`, `envelope_not_allowed` or `option_invalid` before the first event.
 *
 * The body may be bytes, text, or what `JSON.parse` made of them. It is not authenticated here: parse only what you verified, or what comes from your own queue.
 */
export function* parse(
  body: Uint8Array | string | object,
  options: ParseOptions = {},
): Generator<AnyEvent, void, undefined> {
  checkOptions("parse", options, table);
  if (options.account !== undefined) checkAccount("parse", options.account, "account");
  const isEncoded = typeof body === "string" || body instanceof Uint8Array;
  const json = isEncoded ? toJson(body) : body;
  const parsing = new Parsing(json, isEncoded ? body.length : Number.POSITIVE_INFINITY, options);
  for (const item of parsing.items) {
    const event = parsing.eventOf(item);
    if (event !== undefined) yield event;
  }
}

/** The parsing of one body, item by item: what `parse` does, for those who have many and count the costs. */
export class Parsing {
  readonly items: readonly Item[];
  readonly #options: ParseOptions;
  readonly #receivedAt: number;
  readonly #mayBeWide: boolean;
  readonly #keys = new Keys();

  /** Takes what the JSON said, and how long it was. Throws a WebhookError, as `parse` does. */
  constructor(json: unknown, length: number, options: ParseOptions) {
    this.#options = options;
    this.#receivedAt = Number(options.receivedAt ?? Date.now());
    // A value takes two bytes or more.
    this.#mayBeWide = length > 2 * MOST_VALUES;
    this.items = cut(json, options);
    // Before the first is looked into: an event costs far more than a place in a list.
    if (this.items.length > (options.mostItems ?? this.items.length)) {
      throw new WebhookError(
        "body_too_dense",
        `an authentic notification has more than ${options.mostItems} items, too many for its size.`,
      );
    }
  }

  /** To be called for each item once, in their order. Undefined: nobody wants it. */
  eventOf(item: Item): AnyEvent | undefined {
    const event = toEvent(item, this.#options, this.#receivedAt, this.#mayBeWide);
    if (event === undefined) return undefined;
    const own = this.#keys.take(event.key);
    const named = this.#options.keys?.[own];
    if (named === null) return undefined;
    const key = named ?? own;
    if (key === event.key) return event;
    // What has an identity and comes twice is a repetition; what has none may well have happened twice.
    if (item.family?.identify === undefined) return { ...event, key };
    if (this.#options.wants?.("duplicate") === false) return undefined;
    return { ...event, name: "duplicate", key, data: { of: event.key } } as AnyEvent;
  }
}

function cut(json: unknown, { source, account = {} }: ParseOptions): readonly Item[] {
  if (isCloudEnvelope(json)) {
    if (source !== "on-premises") return cutCloud(json);
    throw new WebhookError(
      "envelope_not_allowed",
      "a Cloud API body came with On-Premises credentials; it needs a signature.",
    );
  }
  if (isOnPremisesEnvelope(json)) {
    if (source !== "cloud") return cutOnPremises(json, account);
    throw new WebhookError(
      "envelope_not_allowed",
      "an On-Premises body came with a Cloud API signature.",
    );
  }
  throw new WebhookError(
    "envelope_unknown",
    "an authentic notification has neither `entry` nor one of the On-Premises lists at its root.",
  );
}

/** Issues that an event tells; nobody reads more. */
const MOST_TOLD = 100;

function toEvent(
  item: Item,
  options: ParseOptions,
  receivedAt: number,
  mayBeWide: boolean,
): AnyEvent | undefined {
  const wants = options.wants ?? (() => true);
  const { family } = item;
  if (family === undefined) {
    return wants("unknown") ? build(item, item.data, "unknown", options, receivedAt) : undefined;
  }
  const { name, schema, data } = resolve(item, family);
  const invalid = `${family.name}.invalid` as EventName;
  if (!wants(name) && !wants(invalid)) return undefined;
  if (mayBeWide && isTooWide(data)) {
    const issues = [{ path: "", message: `more than ${MOST_VALUES} values: not checked` }];
    const key = keyOf(item, item.data, receivedAt);
    const simple = fitting(family.base, data, isSimple);
    return { ...build(item, simple, invalid, options, receivedAt, key, data), issues } as AnyEvent;
  }
  const checked = schema.safeParse(data);
  if (checked.success) {
    return wants(name) ? build(item, data, name, options, receivedAt) : undefined;
  }
  const issues: readonly Issue[] = checked.error.issues
    .slice(0, MOST_TOLD)
    .map(({ path, message }) => ({
      path: path.join("."),
      message,
    }));
  const repaired = wants(name) ? repair(schema, data, checked.error) : undefined;
  const key = keyOf(item, item.data, receivedAt);
  const event =
    repaired === undefined
      ? build(item, fitting(family.base, data), invalid, options, receivedAt, key, data)
      : build(item, repaired, name, options, receivedAt, key, data);
  return { ...event, issues } as AnyEvent;
}

function resolve(
  item: Item,
  family: Family,
): { name: EventName; schema: z.ZodObject; data: unknown } {
  const { base, name, kinds, kindOf, aliases = {} } = family;
  const { data } = item;
  if (kinds === undefined) return { name: name as EventName, schema: base, data };
  const word = item.kind ?? (isJson(data) ? kindOf?.(data) : undefined);
  const alias =
    typeof word === "string" && Object.hasOwn(aliases, word) ? aliases[word] : undefined;
  const kind = alias?.kind ?? word;
  const schema = schemaOf(family, kind);
  if (schema === undefined) return { name: `${name}.unknown` as EventName, schema: base, data };
  return {
    name: `${name}.${String(kind)}` as EventName,
    schema,
    data: isJson(data) ? (alias?.adapt?.(data) ?? data) : data,
  };
}

/** What of a misfit fits all the same, property by property, so that the type of `data` holds for it too. */
function fitting(
  base: z.ZodObject,
  data: unknown,
  isChecked: (value: unknown) => boolean = () => true,
): Json {
  if (!isJson(data)) return {};
  const shape = base.shape as Record<string, z.ZodType>;
  return Object.fromEntries(
    Object.entries(data).filter(
      ([key, value]) =>
        Object.hasOwn(shape, key) && isChecked(value) && shape[key]?.safeParse(value).success,
    ),
  );
}

/** Texts and numbers: what costs no more to check than it weighs. */
function isSimple(value: unknown): boolean {
  return typeof value !== "object";
}

type Draft = { -readonly [K in keyof AnyEvent]: unknown } & { flow?: unknown; previous?: unknown };

/** `data` is what fits of the `whole` item, which tells who it is from. */
function build(
  item: Item,
  data: unknown,
  name: EventName,
  { tenant }: ParseOptions,
  receivedAt: number,
  key = keyOf(item, data, receivedAt),
  whole = data,
): AnyEvent {
  const { family, field, account, entry } = item;
  const json = isJson(data) ? data : {};
  const source = sourceOf(item);
  const { sender, recipient } = family === undefined ? {} : peopleOf(whole, item.contact);
  const scope = scopeOf(source, tenant);
  // Assigned one by one, because spreading what is not there costs more than all the rest.
  const event: Draft = {
    name,
    key: scope + key,
    source,
    timestamp: timeOf(json) ?? toDate(entry?.time) ?? new Date(receivedAt),
    receivedAt: new Date(receivedAt),
    account,
    conversation: scope + conversationIn(whole, item, (sender ?? recipient)?.key),
    data,
    raw: item.raw,
  };
  if (tenant !== undefined) event.tenant = tenant;
  if (field !== undefined) event.field = field;
  if (sender !== undefined) event.sender = sender;
  if (recipient !== undefined) event.recipient = recipient;
  if (name === "message.interactive") {
    const flow = flowAnswerOf(json);
    if (flow !== undefined) event.flow = flow;
  }
  if (name === "contact" && isJson(json.previous)) event.previous = personOf(json.previous);
  return event as AnyEvent;
}

function sourceOf({ entry }: Item): "cloud" | "on-premises" {
  return entry === undefined ? "on-premises" : "cloud";
}

/** Encoded, so that no tenant's name can look like another's with something behind it. */
function scopeOf(source: "cloud" | "on-premises", tenant: string | undefined): string {
  return `${tenant === undefined ? "" : `${encodeURIComponent(tenant)}/`}${source === "cloud" ? "" : "@on-premises/"}`;
}

function conversationIn(
  data: unknown,
  { account, field }: Item,
  person: string | undefined,
): string {
  const { group_id, recipient_type, recipient_id } = isJson(data) ? data : {};
  const group = textOf(group_id) ?? (recipient_type === "group" ? textOf(recipient_id) : undefined);
  return `${account.phoneNumberId ?? account.wabaId ?? ""}/${group ?? person ?? field ?? ""}`;
}

/** The key that the event of an item will have, unless it repeats another. */
export function keyOfItem(item: Item, tenant: string | undefined, receivedAt: number): string {
  return scopeOf(sourceOf(item), tenant) + keyOf(item, keptData(item), receivedAt);
}

/** What an event tells who it is by: the item in the shape of its kind if it fits, and else as it came. */
function keptData(item: Item): unknown {
  if (item.family === undefined) return item.data;
  const { data, schema } = resolve(item, item.family);
  const isFitting = data === item.data || (!isTooWide(data) && schema.safeParse(data).success);
  return isFitting ? data : item.data;
}

/** The conversation that the event of an item will have. */
export function conversationOf(item: Item, tenant: string | undefined): string {
  const { family, data } = item;
  const { sender, recipient } = family === undefined ? {} : peopleOf(data, item.contact);
  return scopeOf(sourceOf(item), tenant) + conversationIn(data, item, (sender ?? recipient)?.key);
}

function timeOf(data: Json): Date | undefined {
  return (
    toDate(data.timestamp) ?? (isJson(data.metadata) ? toDate(data.metadata.timestamp) : undefined)
  );
}
