/**
 * The webhook fields whose notifications go to an override URL where there is one. Every other field, the template fields and
 * the `account_…` ones but `account_settings_update` among them, goes to the app's own callback URL always.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override (read 2026-11-22)
 */
export const overridableFields = [
  "messages",
  "message_echoes",
  "calls",
  "consumer_profile",
  "messaging_handovers",
  "group_lifecycle_update",
  "group_participants_update",
  "group_settings_update",
  "group_status_update",
  "smb_message_echoes",
  "smb_app_state_sync",
  "history",
  "account_settings_update",
] as const;

/** @see {@link overridableFields} */
export type OverridableField = (typeof overridableFields)[number];

/** Whether notifications of this field go to an override URL where there is one. */
export function isOverridable(field: string): field is OverridableField {
  return (overridableFields as readonly string[]).includes(field);
}
