import * as z from "zod";
import { contact } from "../families.ts";
import { single } from "../family.ts";
import { loose, openEnum, text, unixSeconds } from "../shape.ts";

/**
 * An order or a lead that the platform found in a conversation. Opt-in, not in every country.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/automatic_events (read 2026-11-22)
 */
export const automatic_events = {
  lists: {
    automatic_events: single(
      "automatic_events",
      loose({
        /** Message id. */
        id: text.optional(),
        /** In small letters in the App Dashboard's test. */
        event_name: openEnum("LeadSubmitted", "Purchase").optional(),
        /** Seconds since 1970. */
        timestamp: unixSeconds.optional(),
        /** Absent for ads in WhatsApp Status. */
        ctwa_clid: text.optional(),
        /** Purchases only. */
        custom_data: loose({
          /** ISO 4217. */
          currency: text.optional(),
          /** The price times 1000. */
          value: z.union([z.number(), text]).optional(),
        }).optional(),
      }),
    ),
  },
};

/** No page of Meta's describes it; the shape is the App Dashboard's test. Documented clicks are `user_action` events. */
export const tracking_events = {
  lists: {
    events: single(
      "tracking_events",
      loose({
        event_name: openEnum("sent").optional(),
        /** Seconds since 1970. */
        timestamp: unixSeconds.optional(),
        tracking_data: loose({
          click_id: text.optional(),
          tracking_token: text.optional(),
        }).optional(),
      }),
    ),
  },
};

/**
 * A customer stopped or resumed marketing messages, or signed up.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences (read 2026-11-22)
 */
export const user_preferences = {
  lists: {
    contacts: contact,
    user_preferences: single(
      "user_preferences",
      loose({
        /** Absent when the number is hidden. */
        wa_id: text.optional(),
        user_id: text.optional(),
        parent_user_id: text.optional(),
        /** For people. */
        detail: text.optional(),
        category: openEnum("marketing_messages").optional(),
        value: openEnum("stop", "resume", "signup").optional(),
        /** With `signup`. */
        signup_id: text.optional(),
        /** Seconds since 1970. */
        timestamp: unixSeconds.optional(),
      }),
    ),
  },
};

const change = loose({ previous: text.optional(), current: text.optional() });

/**
 * Withdrawn by Meta in August 2026: changes of user ids arrive as `message.system` and `contact`.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/changelog (read 2026-11-22)
 */
export const user_id_update = {
  lists: {
    contacts: contact,
    user_id_update: single(
      "user_id_update",
      loose({
        wa_id: text.optional(),
        /** For people. */
        detail: text.optional(),
        user_id: change.optional(),
        parent_user_id: change.optional(),
        /** Seconds since 1970. */
        timestamp: unixSeconds.optional(),
      }),
    ),
  },
};
