import * as z from "zod";
import { loose, text } from "./shape.ts";

const errorObjectShape = {
  /** Branch on this and on nothing else: texts change. New codes appear; never refuse one. A string in some group bodies. */
  code: z.union([z.number(), text]).optional(),
  /** Short name of the error, in English. */
  title: text.optional(),
  /** Documented as equal to `title`, not always so. Absent in older bodies. */
  message: text.optional(),
  error_data: loose({
    /** What happened, in a sentence. */
    details: text.optional(),
  }).optional(),
  /** Where older bodies have what `error_data.details` says today. */
  details: text.optional(),
  /** Documentation of the code: a full URL, or a path on developers.facebook.com. */
  href: text.optional(),
};
type Error = typeof errorObjectShape;
export interface ErrorShape extends Error {}
/**
 * An error as the platform reports it: beside a failed status, an unsupported message, or on its own.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (read 2026-11-22)
 */
export const errorObject: z.ZodObject<ErrorShape, z.core.$strip> = loose(errorObjectShape);
