import type { NumberOptions } from "../accounts.ts";
import type { Complete } from "../complete.ts";
import type { Customers } from "../customers.ts";
import { isJson, type Json } from "../json.ts";
import type { Cloud } from "./cloud.ts";
import { invalidParameter } from "./graph-error.ts";
import { type Caller, demandPermission, requiredText } from "./graph-request.ts";

const types = [
  "audio",
  "contacts",
  "document",
  "image",
  "interactive",
  "location",
  "reaction",
  "sticker",
  "template",
  "text",
  "video",
];

/** `POST /{phone-number-id}/messages`: sends, or marks a message as read. */
export function graphMessages(
  cloud: Cloud,
  customers: Customers,
  number: Complete<NumberOptions>,
  caller: Caller,
  parameters: Json,
): Json {
  demandPermission(caller, number.wabaId);
  if (parameters.messaging_product !== "whatsapp")
    throw invalidParameter("The parameter messaging_product is required.");
  if (parameters.status === "read") {
    cloud.markRead(requiredText(parameters, "message_id"));
    return { success: true };
  }
  // A phone number in `to`, or a business-scoped user id in `recipient`; the first wins.
  const input = parameters.to ?? parameters.recipient;
  if (typeof input !== "string" || input === "")
    throw invalidParameter("The parameter to is required.");
  const type = parameters.type ?? "text";
  if (typeof type !== "string" || !types.includes(type))
    throw invalidParameter(`Param type must be one of {${types.join(", ").toUpperCase()}}`);
  const content = parameters[type];
  if (!isJson(content) && !Array.isArray(content))
    throw invalidParameter(`The parameter ${type} is required.`);
  if (
    type === "text" &&
    isJson(content) &&
    (typeof content.body !== "string" || content.body === "")
  )
    throw invalidParameter("The parameter text['body'] is required.");
  const id = cloud.send(number, input, type, parameters);
  const { phone, userId } = customers.find(input);
  return {
    messaging_product: "whatsapp",
    contacts: [{ input, ...(phone === undefined ? { user_id: userId } : { wa_id: phone }) }],
    messages: [{ id }],
  };
}
