import type { Ids } from "../../ids.ts";
import type { Json } from "../../json.ts";
import { objectsOf } from "../../json.ts";
import { type Unit, unitsOfChange } from "../../unit.ts";

const WABA = "104853279016642";
const SENDER = "12125550123";

/** A customer's text message, which happened just now. */
export function textMessage(ids: Ids, body: string): Json {
  return {
    from: SENDER,
    id: ids.wamid("customer", SENDER),
    timestamp: String(Math.floor(Date.now() / 1000)),
    text: { body },
    type: "text",
  };
}

/** The change that these messages come in. */
export function messagesChange(messages: readonly Json[]): Json {
  return {
    value: {
      messaging_product: "whatsapp",
      metadata: { display_phone_number: "12125550188", phone_number_id: "109447120836512" },
      contacts: [{ profile: { name: "Dana Whitfield" }, wa_id: SENDER }],
      messages,
    },
    field: "messages",
  };
}

/** A body of entries, each with its changes. */
export function cloudBody(...entries: readonly (readonly Json[])[]): Json {
  return {
    object: "whatsapp_business_account",
    entry: entries.map((changes) => ({ id: WABA, changes })),
  };
}

/** One text message in a body. */
export function textBody(ids: Ids, body: string): Json {
  return cloudBody([messagesChange([textMessage(ids, body)])]);
}

/** What a receiver has to handle of it. */
export function unitsOf(body: Json): readonly Unit[] {
  return objectsOf(body.entry).flatMap((entry) =>
    objectsOf(entry.changes).flatMap((change) => unitsOfChange(change, entry)),
  );
}
