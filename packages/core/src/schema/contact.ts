import type * as z from "zod";
import { loose, text } from "./shape.ts";

const ids = {
  /** The customer's WhatsApp id: their phone number as digits. Absent when they have a username and hide the number. */
  wa_id: text.optional(),
  /** Business-scoped user id, such as `US.` and digits. Opaque: use it whole. Absent before April 2026. */
  user_id: text.optional(),
  /** The same for linked business portfolios; only for businesses enrolled in it. */
  parent_user_id: text.optional(),
};

const contactShape = {
  /** Absent in some bodies; never rely on it. */
  profile: loose({
    /** The name the customer chose; may be empty or have blanks around it. */
    name: text.optional(),
    /** Without `@`. Only if the customer has one. */
    username: text.optional(),
  }).optional(),
  /** The customer's WhatsApp id: their phone number as digits. Absent when they have a username and hide the number. */
  wa_id: ids.wa_id,
  /** Business-scoped user id, such as `US.` and digits. Opaque: use it whole. Absent before April 2026. */
  user_id: ids.user_id,
  /** The same for linked business portfolios; only for businesses enrolled in it. */
  parent_user_id: ids.parent_user_id,
  /** Changes when the customer's security code does. Only with the identity change check on. */
  identity_key_hash: text.optional(),
  /** Only when a `system` message told of a change: the ids this customer had before, as far as they are known. */
  previous: loose(ids).optional(),
};
type Contact = typeof contactShape;
export interface ContactShape extends Contact {}
/**
 * A customer's profile as it comes beside messages and statuses.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids (read 2026-11-22)
 */
export const contact: z.ZodObject<ContactShape, z.core.$strip> = loose(contactShape);
