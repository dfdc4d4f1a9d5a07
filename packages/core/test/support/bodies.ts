import { type AnyEvent, type ParseOptions, parse } from "../../src/index.ts";

type Json = Readonly<Record<string, unknown>>;

export const METADATA = { display_phone_number: "12125550188", phone_number_id: "109447120836512" };
const ENTRY = { id: "104853279016642" };

/** A Cloud API body with one change of a field. */
export function change(value: unknown, field = "messages", entry: Json = ENTRY): Json {
  return {
    object: "whatsapp_business_account",
    entry: [{ ...entry, changes: [{ field, value }] }],
  };
}

/** A Cloud API body whose one change holds these lists, such as `messages`. */
export function cloud(lists: Json, entry: Json = ENTRY): Json {
  const value = { messaging_product: "whatsapp", metadata: METADATA, ...lists };
  return change(value, "messages", entry);
}

export function events(body: object, options?: ParseOptions): AnyEvent[] {
  return [...parse(body, options)];
}

export function names(body: object, options?: ParseOptions): string[] {
  return events(body, options).map(({ name }) => name);
}
