import * as z from "zod";
import { kinds, single, wordIn } from "../family.ts";
import { loose, openEnum, text, unixSeconds } from "../shape.ts";

/** A JSON number with up to 16 digits. */
const templateId = z.union([z.number(), text]).optional();
const category = openEnum("MARKETING", "UTILITY", "AUTHENTICATION");

/**
 * A message template was reviewed, paused, disabled, archived …
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/message_template_status_update (read 2026-11-22)
 */
export const message_template_status_update = kinds(
  "message_template_status_update",
  loose({
    event: text,
    message_template_id: templateId,
    message_template_name: text.optional(),
    /** `en`, `en_US` and `en-US` all occur. */
    message_template_language: text.optional(),
    /** Absent before 2026 and for Direct Send. */
    message_template_category: category.optional(),
    /** Null when scheduled for deletion. */
    reason: openEnum(
      "ABUSIVE_CONTENT",
      "CATEGORY_NOT_AVAILABLE",
      "INCORRECT_CATEGORY",
      "INVALID_FORMAT",
      "NONE",
      "PROMOTIONAL",
      "SCAM",
      "TAG_CONTENT_MISMATCH",
    ).nullish(),
    /** With locks and pauses. */
    other_info: loose({
      title: openEnum(
        "FIRST_PAUSE",
        "SECOND_PAUSE",
        "RATE_LIMITING_PAUSE",
        "UNPAUSE",
        "DISABLED",
      ).optional(),
      /** For people. */
      description: text.optional(),
    }).optional(),
  }),
  {
    /** It may be used. */
    approved: loose({}),
    /** It was put aside. */
    archived: loose({}),
    /** It is back. */
    unarchived: loose({}),
    /** It was deleted. */
    deleted: loose({}),
    /** It may no longer be used. */
    disabled: loose({
      disable_info: loose({
        /** Seconds since 1970. */
        disable_date: unixSeconds.optional(),
      }).optional(),
    }),
    /** Its quality is low. */
    flagged: loose({}),
    /** Its rejection is being reviewed. */
    in_appeal: loose({}),
    /** The account has as many templates as it may. */
    limit_exceeded: loose({}),
    /** It cannot be edited. */
    locked: loose({}),
    /** It may not be used for a while; `other_info` says why. */
    paused: loose({}),
    /** It is being reviewed. */
    pending: loose({}),
    /** It may be used again. */
    reinstated: loose({}),
    /** It will be deleted. */
    pending_deletion: loose({}),
    /** It was refused; `reason` says why. */
    rejected: loose({
      /** With the reason `INVALID_FORMAT`: what is wrong and what to do, for people. */
      rejection_info: loose({
        reason: text.optional(),
        recommendation: text.optional(),
      }).optional(),
    }),
  },
  { kindOf: wordIn("event") },
);

/**
 * A template was edited.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/message_template_components_update (read 2026-11-22)
 */
export const message_template_components_update = single(
  "message_template_components_update",
  loose({
    message_template_id: templateId,
    message_template_name: text.optional(),
    message_template_language: text.optional(),
    /** The body, with `{{n}}` marks. */
    message_template_element: text.optional(),
    /** Only with a text header. */
    message_template_title: text.optional(),
    message_template_footer: text.optional(),
    message_template_buttons: z
      .array(
        loose({
          message_template_button_type: openEnum(
            "CATALOG",
            "COPY_CODE",
            "EXTENSION",
            "FLOW",
            "MPM",
            "ORDER_DETAILS",
            "OTP",
            "PHONE_NUMBER",
            "POSTBACK",
            "REMINDER",
            "SEND_LOCATION",
            "SPM",
            "QUICK_REPLY",
            "URL",
            "VOICE_CALL",
          ).optional(),
          message_template_button_text: text.optional(),
          /** URL buttons only. */
          message_template_button_url: text.optional(),
          /** Phone buttons only. */
          message_template_button_phone_number: text.optional(),
        }),
      )
      .optional(),
  }),
);

const score = openEnum("GREEN", "YELLOW", "RED", "UNKNOWN").optional();

/**
 * A template's quality changed. It can go back and forth: each change is its own event.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/message_template_quality_update (read 2026-11-22)
 */
export const message_template_quality_update = single(
  "message_template_quality_update",
  loose({
    previous_quality_score: score,
    new_quality_score: score,
    message_template_id: templateId,
    message_template_name: text.optional(),
    message_template_language: text.optional(),
  }),
);

/**
 * A template's category will change (a day ahead: `correct_category` is there) or has changed (`previous_category` is).
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/template_category_update (read 2026-11-22)
 */
export const template_category_update = single(
  "template_category_update",
  loose({
    message_template_id: templateId,
    message_template_name: text.optional(),
    message_template_language: text.optional(),
    /** The category now: before the change still the old one. */
    new_category: category.optional(),
    /** Before the change: the coming category. */
    correct_category: category.optional(),
    /** Before the change: when it comes, in seconds since 1970. */
    category_update_timestamp: unixSeconds.optional(),
    /** After the change: the category until then. */
    previous_category: category.optional(),
  }),
);

/**
 * A template sent by Direct Send is judged to belong to another category.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/direct-send/integrity-and-content-guidelines (read 2026-11-22)
 */
export const template_correct_category_detection = single(
  "template_correct_category_detection",
  loose({
    message_template_id: templateId,
    message_template_name: text.optional(),
    message_template_language: text.optional(),
    category: category.optional(),
    correct_category: category.optional(),
  }),
);
