import type { Account } from "../inbox/inbox.ts";
import { type FamilyName, fields } from "../schema/fields.ts";
import { cutLists } from "./cloud.ts";
import { type Item, isJson, type Json, listOf } from "./item.ts";

/** The root of an On-Premises body has the same lists as the `value` of the Cloud API's field `messages`. */
const lists = Object.entries(fields.messages) as [string, FamilyName][];

export function isOnPremisesEnvelope(body: unknown): body is Json {
  return (
    isJson(body) &&
    body.object === undefined &&
    body.entry === undefined &&
    lists.some(([list]) => Array.isArray(body[list]))
  );
}

/**
 * Cuts an On-Premises body into items and brings each into the Cloud API's shape, so that a handler written for one
 * works on the other; `raw` stays as it came. Empty elements, which real clients send, are passed over.
 */
export function* cutOnPremises(body: Json, account: Account): Generator<Item> {
  const root: Record<string, unknown> = {};
  const rawOf = new Map<unknown, unknown>();
  for (const [list, family] of lists) {
    root[list] = listOf(body[list])
      .filter((raw) => !isJson(raw) || Object.keys(raw).length > 0)
      .map((raw) => {
        const adapted = isJson(raw) ? adapt[family](raw) : raw;
        rawOf.set(adapted, raw);
        return adapted;
      });
  }
  for (const item of cutLists(root, lists, { account })) {
    const isContactCheck =
      item.family === "contact" && isJson(item.data) && item.data.input !== undefined;
    yield {
      ...item,
      ...(isContactCheck ? { family: undefined } : {}),
      raw: rawOf.get(item.raw) ?? item.raw,
    };
  }
}

const adapt: Readonly<Record<FamilyName, (item: Json) => Json>> = {
  contact: (contact) => contact,
  platform_error: toCloudError,
  message: (message) => ({
    ...message,
    ...(typeof message.from === "string" ? { from: message.from.trim() } : {}),
    ...withErrors(message),
    ...(isJson(message.system) && message.system.new_wa_id !== undefined
      ? { system: { wa_id: message.system.new_wa_id, ...message.system } }
      : {}),
  }),
  status: (status) => {
    const nested = isJson(status.message) ? status.message.recipient_id : undefined;
    return {
      ...status,
      ...(status.recipient_id === undefined && nested !== undefined
        ? { recipient_id: nested }
        : {}),
      ...withErrors(status),
    };
  },
};

function withErrors(item: Json): Json {
  return Array.isArray(item.errors)
    ? {
        errors: item.errors.map((error: unknown) => (isJson(error) ? toCloudError(error) : error)),
      }
    : {};
}

/** `message` and `error_data` are the Cloud API's; `title` and `details` say the same here. */
function toCloudError(error: Json): Json {
  return {
    ...(error.title === undefined ? {} : { message: error.title }),
    ...(error.details === undefined ? {} : { error_data: { details: error.details } }),
    ...error,
  };
}
