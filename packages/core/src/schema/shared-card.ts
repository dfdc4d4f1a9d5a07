import * as z from "zod";
import { loose, openEnum, text } from "./shape.ts";

/** `MOBILE`, `HOME`, `WORK` and the like, but free text: phones write it in their own language. */
const label = text.optional();

const sharedCardShape = {
  /** Absent when the customer answers a request for contact information. */
  name: loose({
    formatted_name: text.optional(),
    first_name: text.optional(),
    last_name: text.optional(),
    middle_name: text.optional(),
    suffix: text.optional(),
    prefix: text.optional(),
  }).optional(),
  phones: z
    .array(
      loose({
        phone: text.optional(),
        /** Only if the number is on WhatsApp. */
        wa_id: text.optional(),
        type: label,
      }),
    )
    .optional(),
  emails: z.array(loose({ email: text.optional(), type: label })).optional(),
  urls: z.array(loose({ url: text.optional(), type: label })).optional(),
  addresses: z
    .array(
      loose({
        street: text.optional(),
        city: text.optional(),
        state: text.optional(),
        zip: text.optional(),
        country: text.optional(),
        country_code: text.optional(),
        type: label,
      }),
    )
    .optional(),
  org: loose({
    company: text.optional(),
    department: text.optional(),
    title: text.optional(),
  }).optional(),
  /** `YYYY-MM-DD`. */
  birthday: text.optional(),
  /** `contact_request`: the answer to a request for contact information; `other`: shared by hand. */
  origin: openEnum("contact_request", "other").optional(),
  /** The card as vCard text; with `origin` `other`. */
  vcard: text.nullish(),
  /** On-Premises: instant messengers. */
  ims: z.array(loose({ service: text.optional(), user_id: text.optional() })).optional(),
  /** On-Premises, older clients: a JPEG as Base64. */
  contact_image: text.optional(),
};
type SharedCard = typeof sharedCardShape;
export interface SharedCardShape extends SharedCard {}
/**
 * One card of a `contacts` message: an address book entry that the customer shared. Not the customer's own profile.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/contacts (read 2026-11-22)
 */
export const sharedCard: z.ZodObject<SharedCardShape, z.core.$strip> = loose(sharedCardShape);
