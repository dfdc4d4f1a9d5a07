import * as z from "zod";
import { kinds, single, wordIn } from "../family.ts";
import { loose, openEnum, text, unixSeconds } from "../shape.ts";

/**
 * A limit increase was refused or postponed, an Official Business Account granted or refused, a profile picture lost.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/account_alerts (read 2026-11-22)
 */
export const account_alerts = single(
  "account_alerts",
  loose({
    /** What the alert is about. */
    entity_type: openEnum("BUSINESS", "PHONE_NUMBER", "CURRENT_STATUS_ID").optional(),
    /** Portfolio id or phone number id. */
    entity_id: text.optional(),
    alert_info: loose({
      alert_severity: openEnum("CRITICAL", "INFORMATIONAL", "WARNING").optional(),
      alert_status: openEnum("ACTIVE", "NONE").optional(),
      /** Branch on this. */
      alert_type: openEnum(
        "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
        "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED",
        "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO",
        "OBA_APPROVED",
        "OBA_REJECTED",
        "PROFILE_PICTURE_LOST",
      ).optional(),
      /** A sentence for people. */
      alert_description: text.optional(),
    }).optional(),
  }),
);

/**
 * The account's policy review ended or was postponed.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/account_review_update (read 2026-11-22)
 */
export const account_review_update = single(
  "account_review_update",
  loose({ decision: openEnum("APPROVED", "REJECTED", "PENDING", "DEFERRED").optional() }),
);

/**
 * Calling settings of a number changed, also by the app's own doing.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/calling/call-settings (read 2026-11-22)
 */
export const account_settings_update = single(
  "account_settings_update",
  loose({
    /** Seconds since 1970. */
    timestamp: unixSeconds.optional(),
    /** Compare without case: example and table disagree. */
    type: openEnum("phone_number_settings").optional(),
    phone_number_settings: loose({
      phone_number_id: text.optional(),
      /** As the settings API returns it. Null or absent when no calling setting changed. */
      calling: loose({
        status: text.optional(),
        call_icon_visibility: text.optional(),
        callback_permission_status: text.optional(),
        srtp_key_exchange_protocol: text.optional(),
        call_hours: loose({
          status: text.optional(),
          /** IANA name. */
          timezone_id: text.optional(),
          weekly_operating_hours: z
            .array(
              loose({
                day_of_week: text.optional(),
                open_time: text.optional(),
                close_time: text.optional(),
              }),
            )
            .optional(),
          holiday_schedule: z
            .array(
              loose({
                date: text.optional(),
                start_time: text.optional(),
                end_time: text.optional(),
              }),
            )
            .optional(),
        }).optional(),
        sip: loose({
          status: text.optional(),
          servers: z
            .array(
              loose({ hostname: text.optional(), port: z.union([z.number(), text]).optional() }),
            )
            .optional(),
        }).optional(),
      }).nullish(),
    }).optional(),
  }),
);

/** A new tier of messaging or number limits; numbers in examples, words in tables. */
const limit = z.union([z.number(), text]).optional();

/**
 * The portfolio's limits changed, or an account was created.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/business_capability_update (read 2026-11-22)
 */
export const business_capability_update = single(
  "business_capability_update",
  loose({
    /** Customers per day: a number (-1 is unlimited) or a word such as `TIER_2K`. */
    max_daily_conversations_per_business: limit,
    /** Older name; announced for removal in February 2026. */
    max_daily_conversation_per_phone: limit,
    /** Only at the limit of 250. */
    max_phone_numbers_per_business: limit,
    /** Only above the limit of 250. */
    max_phone_numbers_per_waba: limit,
  }),
);

/** Named in the App Dashboard, described nowhere: everything is in `data` as it came. */
export const business_status_update = single(
  "business_status_update",
  loose({ event: text.optional() }),
);

/**
 * The business's own username was approved, reserved or deleted. Meta's pages spell the field in the singular too.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids (read 2026-11-22)
 */
export const business_username_updates = single(
  "business_username_updates",
  loose({
    display_phone_number: text.optional(),
    /** Absent when deleted. */
    username: text.optional(),
    status: openEnum("approved", "reserved", "deleted").optional(),
  }),
);
export const business_username_update = business_username_updates;

/**
 * A solution shared between partners changed. `account.wabaId` is the business portfolio here.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/partner_solutions (read 2026-11-22)
 */
export const partner_solutions = kinds(
  "partner_solutions",
  loose({
    event: text,
    solution_id: text.optional(),
    solution_status: openEnum(
      "ACTIVE",
      "DEACTIVATED",
      "DRAFT",
      "INITIATED",
      "PENDING_DEACTIVATION",
      "REJECTED",
    ).optional(),
  }),
  { solution_created: loose({}), solution_updated: loose({}) },
  { kindOf: wordIn("event") },
);

/**
 * A payment configuration changed (India, Brazil).
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/payment_configuration_update (read 2026-11-22)
 */
export const payment_configuration_update = single(
  "payment_configuration_update",
  loose({
    configuration_name: text.optional(),
    provider_name: openEnum("billdesk", "payu", "razorpay", "zaakpay").optional(),
    /** Merchant account id. */
    provider_mid: text.optional(),
    /** Words with spaces. */
    status: openEnum("Active", "Needs Connecting", "Needs Testing").optional(),
    /** Seconds since 1970. */
    created_timestamp: unixSeconds.optional(),
    /** Seconds since 1970. */
    updated_timestamp: unixSeconds.optional(),
  }),
);

/**
 * A display name was reviewed.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/phone_number_name_update (read 2026-11-22)
 */
export const phone_number_name_update = single(
  "phone_number_name_update",
  loose({
    display_phone_number: text.optional(),
    decision: openEnum("APPROVED", "DEFERRED", "PENDING", "REJECTED").optional(),
    requested_verified_name: text.optional(),
    /** Null unless rejected. */
    rejection_reason: openEnum(
      "NAME_EMPLOYEE_ISSUE",
      "NAME_ENDCLIENT_NOTRELATED",
      "NAME_FORMAT_UNACCEPTABLE",
      "NAME_INDIVIDUAL_ISSUE",
      "NAME_NOT_CONSISTENT",
      "UNKNOWN",
    ).nullish(),
  }),
);

const tier = openEnum(
  "TIER_50",
  "TIER_250",
  "TIER_2K",
  "TIER_10K",
  "TIER_100K",
  "TIER_NOT_SET",
  "TIER_UNLIMITED",
).optional();

/**
 * A number's throughput changed; the name is historic.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/phone_number_quality_update (read 2026-11-22)
 */
export const phone_number_quality_update = kinds(
  "phone_number_quality_update",
  loose({
    event: text,
    display_phone_number: text.optional(),
    /** Customers per day. */
    max_daily_conversations_per_business: tier,
    /** Older name of it; announced for removal in February 2026. */
    current_limit: tier,
    /** The limit before, in limit changes. */
    old_limit: tier,
  }),
  {
    /** The number was registered. */
    onboarding: loose({}),
    throughput_upgrade: loose({}),
    /** Older quality events. */
    flagged: loose({}),
    unflagged: loose({}),
    upgrade: loose({}),
    downgrade: loose({}),
  },
  { kindOf: wordIn("event") },
);

/**
 * The number's two-step verification PIN.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/security (read 2026-11-22)
 */
export const security = kinds(
  "security",
  loose({ event: text, display_phone_number: text.optional() }),
  {
    pin_changed: loose({}),
    /** Somebody asked for a reset. */
    pin_reset_request: loose({
      /** Business Suite user id. */
      requester: text.optional(),
    }),
    pin_request_success: loose({}),
  },
  { kindOf: wordIn("event") },
);
