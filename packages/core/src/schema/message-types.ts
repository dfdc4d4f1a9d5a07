import * as z from "zod";
import { interactive } from "./interactive.ts";
import { media } from "./media.ts";
import { loose, openEnum, text } from "./shape.ts";
import { sharedCard } from "./shared-card.ts";

const table = {
  /**
   * Text that the customer typed.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/text (read 2026-11-22)
   */
  text: loose({
    text: loose({
      /** What the person typed. */
      body: text,
    }),
  }),
  /**
   * A picture.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/image (read 2026-11-22)
   */
  image: loose({ image: media }),
  /**
   * A video.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/video (read 2026-11-22)
   */
  video: loose({ video: media }),
  /**
   * A recording or an audio file: On-Premises messages of type `voice` arrive here with `voice: true`.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/audio (read 2026-11-22)
   */
  audio: loose({ audio: media }),
  /**
   * A file.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/document (read 2026-11-22)
   */
  document: loose({ document: media }),
  /**
   * A sticker.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/sticker (read 2026-11-22)
   */
  sticker: loose({ sticker: media }),
  /**
   * A place, or where the customer is.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/location (read 2026-11-22)
   */
  location: loose({
    location: loose({
      /** Degrees, north positive. */
      latitude: z.number(),
      /** Degrees, east positive. */
      longitude: z.number(),
      /** A place's name; absent for a bare pin. */
      name: text.optional(),
      address: text.optional(),
      url: text.optional(),
    }),
  }),
  /** Address book entries that the customer shared. @see {@link sharedCard} */
  contacts: loose({ contacts: z.array(sharedCard) }),
  /**
   * An emoji on one of the business's messages, or its removal.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/reaction (read 2026-11-22)
   */
  reaction: loose({
    reaction: loose({
      /** The message reacted to. */
      message_id: text,
      /** Absent or empty: the reaction was taken back. */
      emoji: text.optional(),
    }),
  }),
  /**
   * A quick-reply button of a template.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/button (read 2026-11-22)
   */
  button: loose({
    button: loose({
      /** What you set when sending; the label when you set nothing. Null in some On-Premises bodies. */
      payload: text.nullish(),
      /** The label the customer saw. */
      text: text.optional(),
    }),
  }),
  /**
   * An answer to reply buttons, a list, a flow or another control.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/interactive (read 2026-11-22)
   */
  interactive: loose({
    /** Seen absent beside an error (david-lev/pywa fixture). */
    interactive: interactive.optional(),
  }),
  /**
   * A cart from a catalogue.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/order (read 2026-11-22)
   */
  order: loose({
    order: loose({
      catalog_id: text.optional(),
      /** What the customer wrote with the cart; may be empty. */
      text: text.optional(),
      product_items: z
        .array(
          loose({
            product_retailer_id: text.optional(),
            quantity: z.union([z.number(), text]).optional(),
            /** Price of one, in whole units of `currency`; may have decimals. */
            item_price: z.union([z.number(), text]).optional(),
            /** ISO 4217. */
            currency: text.optional(),
          }),
        )
        .optional(),
    }),
  }),
  /**
   * A customer's number or user id changed, or something happened to a group. A `contact` event tells of new ids.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system (read 2026-11-22)
   */
  system: loose({
    system: loose({
      /** Absent from the oldest On-Premises clients. */
      type: openEnum(
        "user_changed_number",
        "user_changed_user_id",
        "customer_changed_number",
        "customer_identity_changed",
        "user_identity_changed",
      ).optional(),
      /** Prose for people, with invisible direction marks. Do not parse it. */
      body: text.optional(),
      /** The new phone number as digits. Absent when it is withheld. */
      wa_id: text.optional(),
      /** Name of `wa_id` in old bodies. */
      new_wa_id: text.optional(),
      /** The new business-scoped user id. */
      user_id: text.optional(),
      parent_user_id: text.optional(),
      /** Since August 2026. */
      previous_user_id: text.optional(),
      previous_parent_user_id: text.optional(),
      /** Hash of the new identity, in identity changes. */
      identity: text.optional(),
      /** Whose identity changed (Cloud API). */
      customer: text.optional(),
      /** Whose identity changed (On-Premises). */
      user: text.optional(),
      /** On-Premises group events. */
      group_id: text.optional(),
      operator: text.optional(),
      users: z.array(text).optional(),
    }),
  }),
  /**
   * A message that the platform does not pass on; `errors` tells why. With 131060 the real message may follow under the same id.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/unsupported (read 2026-11-22)
   */
  unsupported: loose({
    /** Absent in groups and in older bodies. */
    unsupported: loose({
      /** What it would have been. `ephemeral` for a disappearing message from the On-Premises API. */
      type: openEnum(
        "button",
        "edit",
        "errors",
        "gif",
        "group_invite",
        "hsm",
        "image",
        "interactive",
        "keep_in_chat",
        "link_preview",
        "list",
        "location",
        "media_placeholder",
        "order",
        "pin",
        "poll_creation",
        "poll_update",
        "product",
        "reaction",
        "unknown",
        "ephemeral",
      ).optional(),
      /** Seen in the wild, undocumented. */
      raw_type: text.optional(),
    }).optional(),
  }),
  /**
   * A message was edited; only for numbers used with the app and the API together.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/edit (read 2026-11-22)
   */
  edit: loose({
    edit: loose({
      /** The message that changed; `id` is the edit's own. */
      original_message_id: text,
      /** The new content, under the key that `type` names. */
      message: loose({
        type: text.optional(),
        context: loose({ id: text.optional() }).optional(),
        text: loose({ body: text.optional() }).optional(),
        image: media.optional(),
        video: media.optional(),
        audio: media.optional(),
        document: media.optional(),
      }).optional(),
    }),
  }),
  /**
   * A message was deleted for everyone; only for numbers used with the app and the API together.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/revoke (read 2026-11-22)
   */
  revoke: loose({
    revoke: loose({
      /** The message that was deleted; `id` is the deletion's own. */
      original_message_id: text,
    }),
  }),
  /** The chat was opened for the first time. No content, sometimes a `referral`. No longer documented since June 2026. */
  request_welcome: loose({}),
} as const satisfies Record<string, z.ZodObject>;
type Table = typeof table;
export interface MessageTypes extends Table {}
/**
 * Every type of incoming message, each with what it has beyond {@link messageBase}. An entry here is an event
 * `message.<key>`; names, payload types, run-time checks and the documentation follow from it.
 */
export const messageTypes: MessageTypes = table;

type Item = Readonly<Record<string, unknown>>;

/** Other words for types of the table, and how such an item is brought into its shape. */
export const messageAliases: Readonly<
  Record<string, { readonly kind: keyof MessageTypes; readonly adapt?: (item: Item) => Item }>
> = {
  voice: {
    kind: "audio",
    adapt: ({ voice, ...item }) => ({
      ...item,
      type: "audio",
      audio:
        typeof voice === "object" && voice !== null && !Array.isArray(voice)
          ? { ...voice, voice: true }
          : voice,
    }),
  },
  unknown: { kind: "unsupported" },
  ephemeral: {
    kind: "unsupported",
    adapt: (item) => ({ ...item, type: "unsupported", unsupported: { type: "ephemeral" } }),
  },
};
