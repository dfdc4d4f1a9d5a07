import type * as z from "zod";
import { cutCloud, isCloudEnvelope } from "./envelope/cloud.ts";
import { type Item, isJson, type Json, textOf } from "./envelope/item.ts";
import { cutOnPremises, isOnPremisesEnvelope } from "./envelope/on-premises.ts";
import { WebhookError } from "./errors.ts";
import type { AnyEvent, EventName, Issue, Person } from "./events.ts";
import { flowAnswerOf } from "./flow.ts";
import type { Account } from "./inbox/inbox.ts";
import { keyOf } from "./key.ts";
import { type FamilyDefinition, type FamilyName, families } from "./schema/fields.ts";
import { toDate } from "./time.ts";

export interface ParseOptions {
  /** Which outer shape the body must have. Default: whichever it has. */
  readonly source?: "cloud" | "on-premises";
  /** The business number, for On-Premises bodies, which do not say. */
  readonly account?: Account;
  /** Becomes `event.tenant` and keeps tenants' event keys apart. */
  readonly tenant?: string;
  /** When the notification was received, in milliseconds since 1970. Default now. */
  readonly receivedAt?: number;
  /** Which events to make; others are skipped without being checked. A wanted item that does not fit is never skipped. Default all. */
  readonly wants?: (name: EventName) => boolean;
}

/**
 * Turns a notification body into typed events, one for each item in it. Pure: no server, no inbox, nothing remembered.
 * An odd item becomes an `.invalid` event and costs its neighbours nothing. Throws a {@link WebhookError} with the code
 * `body_not_json`, `envelope_unknown` or `envelope_not_allowed` before the first event.
 *
 * The body is not authenticated here: parse only what you verified, or what comes from your own queue.
 */
export function* parse(
  body: Uint8Array | string | object,
  options: ParseOptions = {},
): Generator<AnyEvent, void, undefined> {
  const receivedAt = options.receivedAt ?? Date.now();
  const keys = new Set<string>();
  for (const item of cut(toJson(body), options)) {
    const event = toEvent(item, options, receivedAt);
    if (event === undefined) continue;
    if (item.family !== "message" && item.family !== "status") {
      yield event;
    } else if (!keys.has(event.key)) {
      keys.add(event.key);
      yield event;
    } else if (options.wants?.("duplicate") ?? true) {
      yield repetition(event, keys);
    }
  }
}

function toJson(body: Uint8Array | string | object): unknown {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return body;
  try {
    return JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
  } catch {
    throw new WebhookError("body_not_json", "an authentic notification is not JSON.");
  }
}

function cut(json: unknown, { source, account = {} }: ParseOptions): Iterable<Item> {
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

/** The run-time side of a family: maps, because a type such as `constructor` must find nothing. */
interface Family {
  readonly definition: FamilyDefinition;
  readonly base: z.ZodObject;
  readonly types: ReadonlyMap<unknown, z.ZodObject>;
  readonly aliases: ReadonlyMap<
    unknown,
    { readonly type: string; readonly adapt: (item: Json) => Json }
  >;
}

const table = new Map<FamilyName, Family>(
  (Object.entries(families) as [FamilyName, FamilyDefinition][]).map(([name, definition]) => [
    name,
    {
      definition,
      base: definition.base,
      types: new Map(
        Object.entries(definition.types ?? {}).map(([type, schema]) => [
          type,
          definition.base.extend(schema.shape),
        ]),
      ),
      aliases: new Map(Object.entries(definition.aliases ?? {})),
    },
  ]),
);

function toEvent(item: Item, options: ParseOptions, receivedAt: number): AnyEvent | undefined {
  const wants = options.wants ?? (() => true);
  if (item.family === undefined)
    return wants("unknown") ? build(item, "unknown", options, receivedAt) : undefined;
  const family = table.get(item.family) as Family;
  const { name, schema, data } = resolve(item, family);
  const invalid = `${item.family}.invalid` as const;
  if (!wants(name) && !wants(invalid)) return undefined;
  const checked = schema.safeParse(data);
  if (checked.success)
    return wants(name) ? build({ ...item, data }, name, options, receivedAt) : undefined;
  const issues: Issue[] = checked.error.issues.map(({ path, message }) => ({
    path: path.join("."),
    message,
  }));
  return {
    ...build(
      { ...item, data: fitting(family.base, data) },
      invalid,
      options,
      receivedAt,
      keyOf(item, receivedAt),
    ),
    issues,
  } as AnyEvent;
}

function resolve(
  item: Item,
  { definition, base, types, aliases }: Family,
): { name: EventName; schema: z.ZodObject; data: unknown } {
  const family = item.family as FamilyName;
  if (definition.typeOf === undefined)
    return { name: family as EventName, schema: base, data: item.data };
  const type = isJson(item.data) ? definition.typeOf(item.data) : undefined;
  const alias = aliases.get(type);
  const known = alias?.type ?? type;
  const schema = types.get(known);
  if (schema === undefined)
    return { name: `${family}.unknown` as EventName, schema: base, data: item.data };
  const data = alias !== undefined && isJson(item.data) ? alias.adapt(item.data) : item.data;
  return { name: `${family}.${known as string}` as EventName, schema, data };
}

/** What of a misfit fits all the same, property by property, so that the type of `data` holds for it too. */
function fitting(base: z.ZodObject, data: unknown): Json {
  if (!isJson(data)) return {};
  const shape = base.shape as Record<string, z.ZodType>;
  return Object.fromEntries(
    Object.entries(data).filter(
      ([key, value]) => Object.hasOwn(shape, key) && shape[key]?.safeParse(value).success === true,
    ),
  );
}

function build(
  item: Item,
  name: EventName,
  { tenant }: ParseOptions,
  receivedAt: number,
  key = keyOf(item, receivedAt),
): AnyEvent {
  const data = isJson(item.data) ? item.data : {};
  const source = item.entry === undefined ? "on-premises" : "cloud";
  const person = item.family === undefined ? undefined : personOf[item.family](data, item.contact);
  const flow = name === "message.interactive" ? flowAnswerOf(data) : undefined;
  const group =
    textOf(data.group_id) ??
    (data.recipient_type === "group" ? textOf(data.recipient_id) : undefined);
  const scope = `${tenant === undefined ? "" : `${tenant}/`}${source === "cloud" ? "" : "on-premises/"}`;
  return {
    name,
    key: scope + key,
    ...(tenant === undefined ? {} : { tenant }),
    source,
    ...(item.field === undefined ? {} : { field: item.field }),
    timestamp: toDate(data.timestamp) ?? toDate(item.entry?.time) ?? new Date(receivedAt),
    receivedAt: new Date(receivedAt),
    account: item.account,
    ...(person === undefined
      ? {}
      : { [item.family === "status" ? "recipient" : "sender"]: person }),
    conversation: `${scope}${item.account.phoneNumberId ?? item.account.wabaId ?? ""}/${group ?? person?.key ?? item.field ?? ""}`,
    data: item.data,
    raw: item.raw,
    ...(flow === undefined ? {} : { flow }),
  } as AnyEvent;
}

/** Whom an item of a family is from or about. */
const personOf: Readonly<
  Record<FamilyName, (data: Json, contact: Json | undefined) => Person | undefined>
> = {
  message: (message, contact = {}) => {
    const system = isJson(message.system) ? message.system : {};
    return person(
      message.from ?? contact.wa_id,
      message.from_user_id ?? contact.user_id ?? system.previous_user_id ?? system.user_id,
      message.from_parent_user_id ?? contact.parent_user_id,
      contact,
    );
  },
  status: (status, contact = {}) => {
    const phone = status.recipient_participant_id ?? status.participant_recipient_id;
    const userId = status.recipient_participant_user_id;
    if (status.recipient_type === "group")
      return person(phone, userId, status.recipient_participant_parent_user_id, contact);
    return person(
      status.recipient_id ?? contact.wa_id,
      status.recipient_user_id ?? contact.user_id,
      status.recipient_parent_user_id ?? status.parent_recipient_user_id ?? contact.parent_user_id,
      contact,
    );
  },
  contact: (contact) => person(contact.wa_id, contact.user_id, contact.parent_user_id, contact),
  platform_error: () => undefined,
};

function person(
  phone: unknown,
  userId: unknown,
  parentUserId: unknown,
  contact: Json,
): Person | undefined {
  const key = textOf(userId) ?? textOf(phone);
  if (key === undefined) return undefined;
  const profile = isJson(contact.profile) ? contact.profile : {};
  const parts = {
    phone,
    userId,
    parentUserId,
    username: textOf(profile.username)?.replace(/^@/, ""),
    name: profile.name,
  };
  return {
    key,
    ...Object.fromEntries(Object.entries(parts).filter(([, part]) => textOf(part) !== undefined)),
  };
}

/** The event for an item that repeats an earlier one of its body. */
function repetition(event: AnyEvent, keys: Set<string>): AnyEvent {
  let count = 2;
  while (keys.has(`${event.key}:${count}`)) count++;
  const key = `${event.key}:${count}`;
  keys.add(key);
  return { ...event, name: "duplicate", key, data: { of: event.key } } as AnyEvent;
}
