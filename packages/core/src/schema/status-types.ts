import * as z from "zod";
import { errorObject } from "./error-object.ts";
import { flag, loose, openEnum, text, unixSeconds } from "./shape.ts";

const statusBaseShape = {
  /** Id that the API gave when you sent the message. The status can arrive before that answer. */
  id: text,
  /** The platform's own word. */
  status: text,
  /** Seconds since 1970, one-second grain: statuses of one message can share it. Rank them, do not sort. */
  timestamp: unixSeconds.optional(),
  /** The customer's phone number as digits, or the group's id. Absent when the number is hidden. */
  recipient_id: text.optional(),
  /** `group` for messages to groups, else absent. */
  recipient_type: openEnum("group").optional(),
  /** In groups, for delivered, read and played: the participant's phone number. */
  recipient_participant_id: text.optional(),
  /** Another spelling of `recipient_participant_id` on one of Meta's pages. */
  participant_recipient_id: text.optional(),
  recipient_participant_user_id: text.optional(),
  recipient_participant_parent_user_id: text.optional(),
  /** The customer's business-scoped user id. Absent before April 2026 and on some failures. */
  recipient_user_id: text.optional(),
  recipient_parent_user_id: text.optional(),
  /** Name of `recipient_parent_user_id` before May 2026. */
  parent_recipient_user_id: text.optional(),
  /** Only with the identity change check on. */
  recipient_identity_key_hash: text.optional(),
  /** What you set when sending, up to 512 characters. */
  biz_opaque_callback_data: text.optional(),
  /** Absent from version 24 on, except in free entry point windows. */
  conversation: loose({
    id: text.optional(),
    /** Seconds since 1970; only with `sent`. */
    expiration_timestamp: unixSeconds.optional(),
    origin: loose({
      type: openEnum(
        "authentication",
        "authentication_international",
        "marketing",
        "marketing_lite",
        "referral_conversion",
        "service",
        "utility",
        "group_marketing",
        "group_utility",
        "group_service",
        "business_initiated",
        "user_initiated",
      ).optional(),
    }).optional(),
  }).optional(),
  /** On one status of a message, not on all. */
  pricing: loose({
    /** `PMP` per message since July 2025, before that `CBP`, before 2022 `NBP`. */
    pricing_model: openEnum("PMP", "CBP", "NBP").optional(),
    /** On its way out: use `type` and `category`. */
    billable: z.union([flag, text]).optional(),
    /** Since 2026-10-01 the two free customer service words mean "within the free tier". */
    type: openEnum(
      "regular",
      "free_customer_service",
      "free_entry_point",
      "free_group_customer_service",
    ).optional(),
    category: openEnum(
      "authentication",
      "authentication-international",
      "marketing",
      "marketing_lite",
      "referral_conversion",
      "service",
      "utility",
      "group_marketing",
      "group_service",
      "group_utility",
    ).optional(),
  }).optional(),
  /** Why it failed (`failed`), or what is wrong with it (`warning`). Sent once only: keep it. */
  errors: z.array(errorObject).optional(),
  /** `payment` for payment states; `message` from some On-Premises clients; else absent. */
  type: openEnum("message", "payment").optional(),
};
type StatusBase = typeof statusBaseShape;
export interface StatusBaseShape extends StatusBase {}
/**
 * What every status of a sent message has in common.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status (read 2026-11-22)
 */
export const statusBase: z.ZodObject<StatusBaseShape, z.core.$strip> = loose(statusBaseShape);

const amount = loose({
  /** In units of 1 / `offset` of the currency: 21000 with offset 100 is 210.00. */
  value: z.number().optional(),
  offset: z.number().optional(),
});

const paymentShape = {
  /** The reference you gave the order. */
  reference_id: text.optional(),
  amount: amount.optional(),
  /** ISO 4217. */
  currency: text.optional(),
  transaction: loose({
    id: text.optional(),
    pg_transaction_id: text.optional(),
    /** The payment gateway. */
    type: openEnum("billdesk", "razorpay", "payu", "zaakpay").optional(),
    status: openEnum("pending", "success", "failed").optional(),
    /** Seconds since 1970. */
    created_timestamp: unixSeconds.optional(),
    /** Seconds since 1970. */
    updated_timestamp: unixSeconds.optional(),
    method: loose({ type: openEnum("upi", "card", "wallet", "netbanking").optional() }).optional(),
    error: loose({ code: text.optional(), reason: text.optional() }).optional(),
  }).optional(),
  refunds: z
    .array(
      loose({
        id: text.optional(),
        amount: amount.optional(),
        speed_processed: openEnum("instant", "normal").optional(),
        status: openEnum("pending", "success", "failed").optional(),
        created_timestamp: unixSeconds.optional(),
        updated_timestamp: unixSeconds.optional(),
      }),
    )
    .optional(),
};
type Payment = typeof paymentShape;
export interface PaymentShape extends Payment {}
/**
 * The state of a payment that was asked for in a message (India).
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/payments/payments-in/pg (read 2026-11-22)
 */
const payment: z.ZodObject<PaymentShape, z.core.$strip> = loose(paymentShape);

const table = {
  /** It left the platform's servers. */
  sent: loose({}),
  /** It reached a device. Skipped when it is read at once. */
  delivered: loose({}),
  /** It was shown. Only if the customer has read receipts on. */
  read: loose({}),
  /** A voice message was played for the first time. */
  played: loose({}),
  /** It was not sent, or sent and not delivered; `errors` tells why. Can follow `sent`. */
  failed: loose({}),
  /** On-Premises only: the customer deleted a message of THEIR OWN; `id` is that message's. */
  deleted: loose({}),
  /** On-Premises only: a catalogue item in the message does not exist. */
  warning: loose({}),
  /** A payment: `status` is its state (`captured`, `pending`, `failed`). */
  payment: loose({ payment: payment.optional() }),
} as const satisfies Record<string, z.ZodObject>;
type Table = typeof table;
export interface StatusTypes extends Table {}
/**
 * Every status, each with what it has beyond {@link statusBase}. An entry is an event `status.<key>`.
 * A payment state is `payment` whatever its word is, so that a failed payment is not taken for a failed message.
 */
export const statusTypes: StatusTypes = table;
