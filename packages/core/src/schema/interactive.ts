import type * as z from "zod";
import { flag, loose, openEnum, text, unixSeconds } from "./shape.ts";

const interactiveShape = {
  type: openEnum(
    "button_reply",
    "list_reply",
    "nfm_reply",
    "call_permission_reply",
    "payment_method",
    "product",
  ).optional(),
  /** A reply button was tapped. */
  button_reply: loose({
    /** The id you gave the button. */
    id: text,
    /** The label the customer saw. */
    title: text.optional(),
  }).optional(),
  /** A row of a list was chosen. */
  list_reply: loose({
    /** The id you gave the row. */
    id: text,
    title: text.optional(),
    /** Absent when the row had none. */
    description: text.optional(),
  }).optional(),
  /**
   * A flow or an address form was completed; `event.flow` has the answer parsed.
   * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/flows (read 2026-11-22)
   */
  nfm_reply: loose({
    /** JSON in a string, as the flow made it. Not every flow makes an object. */
    response_json: text.optional(),
    /** `Sent` for flows. */
    body: text.optional(),
    name: openEnum("flow", "address_message").optional(),
  }).optional(),
  /** The customer allowed or refused calls. */
  call_permission_reply: loose({
    response: openEnum("accept", "reject").optional(),
    is_permanent: flag.optional(),
    /** Seconds since 1970. Absent when refused or permanent. */
    expiration_timestamp: unixSeconds.optional(),
    response_source: openEnum("user_action", "automatic").optional(),
  }).optional(),
  /** Brazil, one-click card payment. */
  payment_method: loose({
    payment_method: openEnum("offsite_card_pay").optional(),
    /** Seconds since 1970. */
    payment_timestamp: unixSeconds.optional(),
    reference_id: text.optional(),
    last_four_digits: text.optional(),
    credential_id: text.optional(),
  }).optional(),
  /** Announced by Meta in August 2026 without a published body: expect other keys. */
  product: loose({ product_retailer_id: text.optional() }).optional(),
};
type Interactive = typeof interactiveShape;
export interface InteractiveShape extends Interactive {}
/** An answer to buttons, lists, flows and other controls. `type` names the property that holds the answer. */
export const interactive: z.ZodObject<InteractiveShape, z.core.$strip> = loose(interactiveShape);
