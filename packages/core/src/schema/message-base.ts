import * as z from "zod";
import { errorObject } from "./error-object.ts";
import { media } from "./media.ts";
import { flag, loose, openEnum, text, unixSeconds } from "./shape.ts";

const contextShape = {
  /** Who wrote the message that is quoted. The business's number, in some bodies its phone number id, or the customer. */
  from: text.optional(),
  /** Id of the quoted message; of a call (`wacid.…`) for a call permission that was given automatically. */
  id: text.optional(),
  /** Forwarded, five times or fewer. */
  forwarded: flag.optional(),
  /** Forwarded more than five times; then `forwarded` is absent. */
  frequently_forwarded: flag.optional(),
  /** The catalogue product that the customer asks about. */
  referred_product: loose({
    catalog_id: text.optional(),
    product_retailer_id: text.optional(),
  }).optional(),
  /** On-Premises groups: WhatsApp ids mentioned in the text. */
  mentions: z.array(text).optional(),
  /** On-Premises groups: the group of the quoted message. */
  group_id: text.optional(),
};
type Context = typeof contextShape;
export interface ContextShape extends Context {}
const context: z.ZodObject<ContextShape, z.core.$strip> = loose(contextShape);

const referralShape = {
  /** Short link of the ad or post. On-Premises: may be the only property. */
  source_url: text.optional(),
  source_id: text.optional(),
  source_type: openEnum("ad", "post").optional(),
  /** Text of the ad. */
  body: text.optional(),
  headline: text.optional(),
  media_type: openEnum("image", "video").optional(),
  image_url: text.optional(),
  video_url: text.optional(),
  thumbnail_url: text.optional(),
  /** Click id for the Conversions API. Absent or empty for ads placed in WhatsApp Status. */
  ctwa_clid: text.optional(),
  welcome_message: loose({ text: text.optional() }).optional(),
  /** On-Premises: the ad's image as media to fetch. */
  image: media.optional(),
  /** On-Premises: the ad's video as media to fetch. */
  video: media.optional(),
};
type Referral = typeof referralShape;
export interface ReferralShape extends Referral {}
const referral: z.ZodObject<ReferralShape, z.core.$strip> = loose(referralShape);

export const messageBaseShape = {
  /** Message id, opaque. It contains the customer's phone number: keep it out of logs. */
  id: text,
  /** When it was sent: seconds since 1970. `event.timestamp` has it as a Date. */
  timestamp: unixSeconds.optional(),
  /** The platform's own word for the kind of message. */
  type: text.optional(),
  /** The sender's phone number as digits. Absent when they hide it; see `event.sender`. In groups: the participant's. */
  from: text.optional(),
  /** The sender's business-scoped user id. Absent before April 2026. */
  from_user_id: text.optional(),
  /** The sender's id across linked portfolios; only for businesses enrolled in it. */
  from_parent_user_id: text.optional(),
  /** Present when the message was sent in a group. */
  group_id: text.optional(),
  /** What the message refers to. Every property may be absent, the whole too, even on button replies. */
  context: context.optional(),
  /** The ad or post that the customer came from. On any type of message. */
  referral: referral.optional(),
  /** With `unsupported` messages and media that could not be fetched. */
  errors: z.array(errorObject).optional(),
  /** Older identity change notice. `created_timestamp` is in seconds from the Cloud API, in milliseconds from On-Premises. */
  identity: loose({
    acknowledged: z.union([flag, text]).optional(),
    created_timestamp: unixSeconds.optional(),
    hash: text.optional(),
  }).optional(),
};
type MessageBase = typeof messageBaseShape;
export interface MessageBaseShape extends MessageBase {}
/**
 * What every incoming message has in common.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages (read 2026-11-22)
 */
export const messageBase: z.ZodObject<MessageBaseShape, z.core.$strip> = loose(messageBaseShape);
