import * as z from "zod";
import { kinds, wordIn } from "../family.ts";
import { loose, openEnum, text, unixSeconds } from "../shape.ts";

const wabaInfo = loose({
  /** The account that is meant; `account.wabaId` is another id in these events. */
  waba_id: text.optional(),
  /** The portfolio that owns it. */
  owner_business_id: text.optional(),
  /** Only with `ad_account_linked`. */
  ad_account_linked: text.optional(),
  /** Only with `partner_app_installed` and `partner_app_uninstalled`. */
  partner_app_id: text.optional(),
  /** Only in solutions of several partners. */
  solution_id: text.optional(),
  solution_partner_business_ids: z.array(text).optional(),
}).optional();

const violationInfo = loose({
  /** A policy (`SCAM`, `DRUGS` …), a calling quality or a Direct Send word. New ones appear. */
  violation_type: text.optional(),
  /** What to do, for people. */
  remediation: text.optional(),
}).optional();

/**
 * Something happened to a WhatsApp Business Account; `event` says what.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/account_update (read 2026-11-22)
 */
export const account_update = kinds(
  "account_update",
  loose({
    /** Meta's word in capitals; the second part of the event's name in small letters. */
    event: text,
    /** In calling notices and older coexistence events. */
    phone_number: text.optional(),
  }),
  {
    account_deleted: loose({}),
    /** Coexistence: the number changed device or was registered again. */
    account_offboarded: loose({}),
    /** Coexistence: it came back to the same partner. */
    account_reconnected: loose({}),
    account_restriction: loose({
      restriction_info: z
        .array(
          loose({
            restriction_type: openEnum(
              "RESTRICTED_ADD_PHONE_NUMBER_ACTION",
              "RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING",
              "RESTRICTED_BIZ_INITIATED_MESSAGING",
              "RESTRICTED_BUSINESS_INITIATED_CALLING",
              "RESTRICTED_CUSTOMER_INITIATED_MESSAGING",
              "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES",
              "RESTRICTED_USER_INITIATED_CALLING",
              "RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN",
              "RESTRICTED_UTILITY_TEMPLATES",
            ).optional(),
            /** Seconds since 1970. Absent when the restriction has no end. */
            expiration: unixSeconds.optional(),
            remediation: text.optional(),
          }),
        )
        .optional(),
      /** In Direct Send notices. */
      violation_info: violationInfo,
    }),
    account_violation: loose({ violation_info: violationInfo }),
    ad_account_linked: loose({ waba_info: wabaInfo }),
    auth_intl_price_eligibility_update: loose({
      auth_international_rate_eligibility: loose({
        /** Seconds since 1970. */
        start_time: unixSeconds.optional(),
        exception_countries: z
          .array(
            loose({
              /** ISO 3166-1 alpha-2. */
              country_code: text.optional(),
              /** Seconds since 1970. */
              start_time: unixSeconds.optional(),
            }),
          )
          .optional(),
      }).optional(),
    }),
    business_primary_location_country_update: loose({
      /** ISO 3166-1 alpha-2. */
      country: text.optional(),
    }),
    /** The account was banned, will be, or is no longer. */
    disabled_update: loose({
      ban_info: loose({
        waba_ban_state: openEnum("DISABLE", "REINSTATE", "SCHEDULE_FOR_DISABLE").optional(),
        /** English, for people: `April 17, 2025`. */
        waba_ban_date: text.optional(),
      }).optional(),
    }),
    mm_lite_terms_signed: loose({ waba_info: wabaInfo }),
    /** The account was shared with a partner; also the end of Embedded Signup. */
    partner_added: loose({ waba_info: wabaInfo }),
    partner_app_installed: loose({ waba_info: wabaInfo }),
    partner_app_uninstalled: loose({ waba_info: wabaInfo }),
    partner_client_certification_status_update: loose({
      partner_client_certification_info: loose({
        client_business_id: text.optional(),
        status: openEnum("APPROVED", "DISCARDED", "FAILED", "PENDING", "REVOKED").optional(),
        /** Words with spaces, such as `LEGAL NAME NOT MATCHING`. */
        rejection_reasons: z.array(text).optional(),
      }).optional(),
    }),
    partner_removed: loose({
      waba_info: wabaInfo,
      /** Only for coexistence numbers. */
      disconnection_info: loose({
        reason: openEnum(
          "ACCOUNT_DISCONNECTED",
          "BUSINESS_DOWNGRADE",
          "CHANGE_NUMBER",
          "COMPANION_INACTIVITY",
          "PRIMARY_INACTIVITY",
          "USER_RE_REGISTERED",
        ).optional(),
        initiated_by: openEnum("SYSTEM", "USER").optional(),
      }).optional(),
    }),
    volume_based_pricing_tier_update: loose({
      volume_tier_info: loose({
        /** Seconds since 1970. */
        tier_update_time: unixSeconds.optional(),
        pricing_category: openEnum("UTILITY", "AUTHENTICATION").optional(),
        /** Messages, `from:to`. */
        tier: text.optional(),
        /** `YYYY-MM`. */
        effective_month: text.optional(),
        region: text.optional(),
      }).optional(),
    }),
    /** Older: a sandbox number became a verified account. */
    verified_account: loose({}),
  },
  { kindOf: wordIn("event") },
);
