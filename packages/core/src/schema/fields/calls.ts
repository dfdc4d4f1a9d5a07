import * as z from "zod";
import { errorObject } from "../error-object.ts";
import { contact, platformError } from "../families.ts";
import { kinds, wordIn } from "../family.ts";
import { media } from "../media.ts";
import { loose, openEnum, text, unixSeconds } from "../shape.ts";

const payloads = {
  /** What you gave when placing the call. */
  biz_opaque_callback_data: text.optional(),
  /** `biz_payload` of the deep link that started the call. */
  deeplink_payload: text.optional(),
  /** `payload` of the call button, up to 512 characters. */
  cta_payload: text.optional(),
};

/**
 * Voice calls.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/calling/reference (read 2026-11-22)
 */
const call = kinds(
  "calls",
  loose({
    /** `wacid.…`, opaque. */
    id: text,
    event: text.optional(),
    /** Seconds since 1970. */
    timestamp: unixSeconds.optional(),
    /** Absent on recordings, transcripts and statuses. */
    direction: openEnum("BUSINESS_INITIATED", "USER_INITIATED").optional(),
    /** Absent when the customer hides the number. Meta's pages disagree on `from` and `to` of the business's own calls. */
    from: text.optional(),
    to: text.optional(),
    from_user_id: text.optional(),
    from_parent_user_id: text.optional(),
    to_user_id: text.optional(),
    to_parent_user_id: text.optional(),
    /** When the call failed. */
    errors: z.array(errorObject).optional(),
  }),
  {
    /** Somebody calls (an offer to accept within 30 to 60 seconds), or the called side is ready (an answer). */
    connect: loose({
      /** Absent with SIP. */
      session: loose({
        sdp_type: openEnum("offer", "answer").optional(),
        /** RFC 8866, lines end in CRLF. */
        sdp: text.optional(),
      }).optional(),
      ...payloads,
    }),
    /** The call is over, for any cause. */
    terminate: loose({
      /** Compare without case: older bodies have `Completed`. */
      status: openEnum("COMPLETED", "FAILED").optional(),
      /** Answered calls: seconds since 1970. */
      start_time: unixSeconds.optional(),
      end_time: unixSeconds.optional(),
      /** Answered calls: seconds. */
      duration: z.union([z.number(), text]).optional(),
      ...payloads,
    }),
    /** A SIP call was tried. Since 2026. */
    call_created: loose({}),
    /** Since 2026. */
    call_recording_available: loose({
      call_recording: loose({ type: text.optional(), audio: media.optional() }).optional(),
    }),
    /** Since 2026. */
    call_transcription_available: loose({
      /** A JSON document to fetch. */
      call_transcript: loose({ document: media.optional() }).optional(),
    }),
    /** The state of a call that the business placed. */
    status: loose({
      status: openEnum("RINGING", "ACCEPTED", "REJECTED").optional(),
      type: openEnum("call").optional(),
      recipient_id: text.optional(),
      recipient_user_id: text.optional(),
      recipient_parent_user_id: text.optional(),
      biz_opaque_callback_data: text.optional(),
    }),
  },
  { kindOf: wordIn("event"), identify: ({ id, event, status }) => [id, event ?? status] },
);

export const calls = {
  lists: {
    contacts: contact,
    calls: call,
    statuses: { family: call, kind: "status" },
    errors: platformError,
  },
} as const;
