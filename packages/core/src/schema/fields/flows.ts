import * as z from "zod";
import { kinds, wordIn } from "../family.ts";
import { loose, openEnum, text } from "../shape.ts";

const alert = {
  /** Sent again with `DEACTIVATED` when it is over. */
  alert_state: openEnum("ACTIVATED", "DEACTIVATED").optional(),
  threshold: z.number().optional(),
};

const errorRate = {
  ...alert,
  /** Per cent, may have decimals. */
  error_rate: z.number().optional(),
  errors: z
    .array(
      loose({
        /** Such as `INVALID_SCREEN_TRANSITION` or `TIMEOUT`. */
        error_type: text.optional(),
        error_rate: z.number().optional(),
        error_count: z.number().optional(),
      }),
    )
    .optional(),
};

const flowStatus = openEnum("DRAFT", "PUBLISHED", "DEPRECATED", "BLOCKED", "THROTTLED").optional();

/**
 * The health of a flow. Customers' answers are not here: they are `message.interactive` with `event.flow`.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/flows/guides/flowswebhooks (read 2026-11-22)
 */
export const flows = kinds(
  "flows",
  loose({
    event: text,
    flow_id: text.optional(),
    /** For people. */
    message: text.optional(),
    /** For people: a version that expires. */
    warning: text.optional(),
  }),
  {
    flow_status_change: loose({
      /** Absent when the flow was created. */
      old_status: flowStatus,
      new_status: flowStatus,
    }),
    /** 5, 10 or 50 per cent over 60 minutes. */
    client_error_rate: loose(errorRate),
    /** 5, 10 or 50 per cent over 30 minutes. */
    endpoint_error_rate: loose(errorRate),
    /** 90th percentile over 1, 5 or 7 seconds, in 30 minutes. */
    endpoint_latency: loose({
      ...alert,
      /** Milliseconds. */
      p50_latency: z.number().optional(),
      /** Milliseconds. */
      p90_latency: z.number().optional(),
      requests_count: z.number().optional(),
    }),
    /** Below 90 per cent over 10 minutes. */
    endpoint_availability: loose({
      ...alert,
      /** Per cent. */
      availability: z.number().optional(),
    }),
    /** The flow's version freezes in 21 days. */
    flow_version_expiry_warning: loose({}),
  },
  { kindOf: wordIn("event") },
);
