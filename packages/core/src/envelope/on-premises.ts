import type { Account } from "../inbox/inbox.ts";
import { contact, message, platformError, status } from "../schema/families.ts";
import type { Family } from "../schema/family.ts";
import { type Item, isJson, type Json, listOf, loneItem } from "./item.ts";
import { cutLists, unknownLists } from "./lists.ts";

/** The lists at the root. */
export const onPremisesField = {
  lists: { contacts: contact, messages: message, statuses: status, errors: platformError },
};
const field = onPremisesField;
/** How an element of each is brought into the Cloud API's shape. */
const adapt = new Map<Family, (item: Json) => Json>([
  [message, adaptMessage],
  [status, adaptStatus],
  [platformError, adaptError],
]);

export function isOnPremisesEnvelope(body: unknown): body is Json {
  return (
    isJson(body) &&
    body.object === undefined &&
    body.entry === undefined &&
    Object.keys(field.lists).some((list) => Array.isArray(body[list]))
  );
}

/**
 * Cuts an On-Premises body into items and brings each into the Cloud API's shape, so that a handler written for one
 * works on the other; `raw` stays as it came. Empty elements, which real clients send, are passed over.
 */
export function cutOnPremises(body: Json, account: Account): readonly Item[] {
  const root: Record<string, unknown> = {};
  const rawOf = new Map<unknown, unknown>();
  for (const [list, family] of Object.entries<Family>(field.lists)) {
    root[list] = listOf(body[list])
      .filter((raw) => !isJson(raw) || Object.keys(raw).length > 0)
      .map((raw) => {
        const adapted = isJson(raw) ? (adapt.get(family)?.(raw) ?? raw) : raw;
        rawOf.set(adapted, raw);
        return adapted;
      });
  }
  const surroundings = { field: undefined, account, entry: undefined };
  const items = cutLists(root, field, surroundings).map((item) => ({
    ...item,
    ...(isContactCheck(item) ? { family: undefined } : {}),
    raw: rawOf.get(item.raw) ?? item.raw,
  }));
  const news = unknownLists(body, field);
  if (news !== undefined) items.push(loneItem(surroundings, undefined, body, news));
  return items;
}

/** The answer to a contacts call may come as a notification: a number that was asked about, not a profile. */
function isContactCheck({ family, data }: Item): boolean {
  return family === contact && isJson(data) && data.input !== undefined;
}

function adaptMessage(item: Json): Json {
  return {
    ...item,
    ...(typeof item.from === "string" ? { from: item.from.trim() } : {}),
    ...(isJson(item.system) && item.system.new_wa_id !== undefined
      ? { system: { wa_id: item.system.new_wa_id, ...item.system } }
      : {}),
    ...errorsOf(item),
  };
}

function adaptStatus(item: Json): Json {
  const nested = isJson(item.message) ? item.message.recipient_id : undefined;
  return {
    ...item,
    ...(item.recipient_id === undefined && nested !== undefined ? { recipient_id: nested } : {}),
    ...errorsOf(item),
  };
}

function errorsOf({ errors }: Json): Json {
  return Array.isArray(errors)
    ? { errors: errors.map((error: unknown) => (isJson(error) ? adaptError(error) : error)) }
    : {};
}

/** `message` and `error_data` are the Cloud API's; `title` and `details` say the same here. */
function adaptError(error: Json): Json {
  return {
    ...(error.title === undefined ? {} : { message: error.title }),
    ...(error.details === undefined ? {} : { error_data: { details: error.details } }),
    ...error,
  };
}
