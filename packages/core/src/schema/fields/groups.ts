import * as z from "zod";
import { errorObject } from "../error-object.ts";
import { kinds, wordIn } from "../family.ts";
import { flag, loose, openEnum, text, unixSeconds } from "../shape.ts";

const base = loose({
  type: text,
  /** Seconds since 1970. Absent on failures. */
  timestamp: unixSeconds.optional(),
  group_id: text.optional(),
  /** Ties the event to your API call. */
  request_id: text.optional(),
  errors: z.array(errorObject).optional(),
});

const people = {
  /** Absent when the number is hidden. */
  wa_id: text.optional(),
  user_id: text.optional(),
  parent_user_id: text.optional(),
  username: text.optional(),
};

/** A participant; `input` repeats what was given to the API: a number with or without `+`, or a user id. */
const participants = z
  .array(loose({ ...people, input: text.optional(), errors: z.array(errorObject).optional() }))
  .optional();

const group = <N extends string, K extends Readonly<Record<string, z.ZodObject>>>(
  name: N,
  of: K,
) => ({
  lists: { groups: kinds(name, base, of, { kindOf: wordIn("type") }) },
});

/** @see https://developers.facebook.com/documentation/business-messaging/whatsapp/groups/webhooks (read 2026-11-22) */
export const group_lifecycle_update = group("group_lifecycle_update", {
  /** A group was made, or could not be (`errors`). */
  group_create: loose({
    subject: text.optional(),
    description: text.optional(),
    invite_link: text.optional(),
    join_approval_mode: openEnum("auto_approve", "approval_required").optional(),
  }),
  /** A group was deleted, or could not be (`errors`). */
  group_delete: loose({}),
});

/** @see https://developers.facebook.com/documentation/business-messaging/whatsapp/groups/webhooks (read 2026-11-22) */
export const group_participants_update = group("group_participants_update", {
  /** People joined. */
  group_participants_add: loose({
    reason: openEnum("invite_link").optional(),
    added_participants: participants,
  }),
  /** Somebody asks to join. */
  group_join_request_created: loose({
    ...people,
    join_request_id: text.optional(),
    reason: text.optional(),
  }),
  /** Somebody asks no longer. */
  group_join_request_revoked: loose({
    ...people,
    join_request_id: text.optional(),
    reason: text.optional(),
  }),
  /** People left or were removed, or could not be. */
  group_participants_remove: loose({
    initiated_by: openEnum("business", "participant").optional(),
    removed_participants: participants,
    failed_participants: participants,
  }),
});

const setting = {
  update_successful: flag.optional(),
  errors: z.array(errorObject).optional(),
};

/** @see https://developers.facebook.com/documentation/business-messaging/whatsapp/groups/webhooks (read 2026-11-22) */
export const group_settings_update = group("group_settings_update", {
  /** Settings were changed; each tells whether it worked. */
  group_settings_update: loose({
    profile_picture: loose({
      ...setting,
      mime_type: text.optional(),
      sha256: text.optional(),
    }).optional(),
    group_subject: loose({ ...setting, text: text.optional() }).optional(),
    group_description: loose({ ...setting, text: text.optional() }).optional(),
  }),
});

/** @see https://developers.facebook.com/documentation/business-messaging/whatsapp/groups/webhooks (read 2026-11-22) */
export const group_status_update = group("group_status_update", {
  /** The group was suspended. */
  group_suspend: loose({}),
  /** It is no longer. */
  group_suspend_cleared: loose({}),
});
