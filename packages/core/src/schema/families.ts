import * as z from "zod";
import { contact as contactBase } from "./contact.ts";
import { errorObject } from "./error-object.ts";
import { kinds, single, wordIn } from "./family.ts";
import { messageBase } from "./message-base.ts";
import { messageAliases, messageTypes } from "./message-types.ts";
import { loose, openEnum, text, unixSeconds } from "./shape.ts";
import { statusBase, statusTypes } from "./status-types.ts";

/** An incoming message. */
export const message = kinds("message", messageBase, messageTypes, {
  kindOf: (item) => item.type,
  aliases: messageAliases,
  identify: ({ id, type }) => [id, type],
});

/** What became of a message that was sent, or of a payment that was asked for. */
export const status = kinds("status", statusBase, statusTypes, {
  kindOf: (item) =>
    item.type === "payment" ? "payment" : item.status === "payment" ? undefined : item.status,
  identify: ({ id, status: state, type, payment, ...item }) => [
    id,
    state,
    item.recipient_participant_user_id ??
      item.recipient_participant_id ??
      item.participant_recipient_id,
    ...(type === "payment" ? [type, payment] : []),
  ],
});

/** An error that belongs to no message: rate limits, lost notifications, trouble of the account. */
export const platformError = single("platform_error", errorObject);

/** A customer's profile that is new, or differs from the one last seen. */
export const contact = single("contact", contactBase);

const clickData = loose({
  /** Which part of the message was clicked. */
  click_component: openEnum("cta", "body").optional(),
  product_id: text.optional(),
  click_id: text.optional(),
  tracking_token: text.optional(),
}).optional();

/**
 * What a person did with a marketing message. Names neither person nor message; order and completeness are not promised.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/marketing-messages/track-click-events (read 2026-11-22)
 */
export const userAction = kinds(
  "user_action",
  loose({
    action_type: text.optional(),
    /** Seconds since 1970. */
    timestamp: unixSeconds.optional(),
  }),
  {
    /** A link was clicked. */
    marketing_messages_link_click: loose({ marketing_messages_link_click_data: clickData }),
    /** The page behind a link was shown. Since September 2026. */
    landing_page_view: loose({ marketing_messages_link_click_data: clickData }),
  },
  { kindOf: wordIn("action_type") },
);

/**
 * Fields that changed, without their values: what an app gets that switched "Include Values" off.
 * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started (read 2026-11-22)
 */
export const changedFields = single(
  "changed_fields",
  loose({
    /** Names of fields, such as `messages`. */
    changed_fields: z.array(text),
  }),
);
