import type { NumberOptions } from "../accounts.ts";
import { type CustomerMessage, cloudMedia } from "../customer-message.ts";
import type { Person } from "../customers.ts";
import type { Ids } from "../ids.ts";
import type { Json } from "../json.ts";
import type { Fate, SentMessage } from "../statuses.ts";

/** What stands at the head of everything that concerns a number. */
function head({ displayPhoneNumber, id }: NumberOptions): Json {
  return {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: displayPhoneNumber, phone_number_id: id },
  };
}

function contactOf(person: Person, isUsernameShown: boolean): Json {
  return {
    profile: {
      name: person.name,
      ...(isUsernameShown && person.username !== undefined && { username: person.username }),
    },
    ...(person.phone !== undefined && { wa_id: person.phone }),
    user_id: person.userId,
  };
}

/** The value of a customer's message. */
export function messageValue(
  number: NumberOptions,
  from: Person,
  { type, content, media, replyTo, extra }: CustomerMessage,
  id: string,
  nowMs: number,
  ids: Ids,
): Json {
  const name = type === "voice" ? "audio" : type;
  const body = media === undefined ? content : cloudMedia(media, ids);
  const message: Json = {
    ...(replyTo !== undefined && { context: { from: number.displayPhoneNumber, id: replyTo } }),
    ...(from.phone !== undefined && { from: from.phone }),
    from_user_id: from.userId,
    id,
    timestamp: seconds(nowMs),
    type: name,
    ...(body !== undefined && { [name]: body }),
    ...extra,
  };
  return { ...head(number), contacts: [contactOf(from, true)], messages: [message] };
}

const undeliverable: Json = {
  code: 131026,
  title: "Message undeliverable",
  message: "Message undeliverable",
  error_data: { details: "Message Undeliverable." },
  href: "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
};

/** The value of a status of a message of the business. */
export function statusValue(
  number: NumberOptions,
  to: Person,
  message: SentMessage,
  status: Fate,
  nowMs: number,
  error: Readonly<Json> = undeliverable,
): Json {
  const hasFailed = status === "failed";
  const isTemplate = message.type === "template";
  const opaque = message.body.biz_opaque_callback_data;
  const item: Json = {
    id: message.id,
    status,
    timestamp: seconds(nowMs),
    ...(to.phone !== undefined && { recipient_id: to.phone }),
    ...((!hasFailed || to.phone === undefined) && { recipient_user_id: to.userId }),
    ...(typeof opaque === "string" && { biz_opaque_callback_data: opaque }),
    ...(hasFailed
      ? { errors: [{ ...error }] }
      : {
          pricing: {
            billable: isTemplate,
            pricing_model: "PMP",
            type: isTemplate ? "regular" : "free_customer_service",
            category: isTemplate ? "utility" : "service",
          },
        }),
  };
  return {
    ...head(number),
    ...(!hasFailed && { contacts: [contactOf(to, status !== "sent")] }),
    statuses: [item],
  };
}

export function seconds(ms: number): string {
  return String(Math.floor(ms / 1000));
}
