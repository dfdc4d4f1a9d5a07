import { notificationNames } from "../fixtures.ts";

/**
 * The fields that an override URL covers; everything else goes to the app's own URL.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override (read 2026-11-22)
 */
export const overridableFields: ReadonlySet<string> = new Set([
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
]);

/** What is no field among the folders of fixtures. */
const others: ReadonlySet<string> = new Set(["envelope", "on-premises"]);

/** The webhook fields of a WhatsApp Business Account: those that have fixtures, as every new one must, and those above. */
export const cloudFields: readonly string[] = [
  ...new Set([
    ...notificationNames().map((name) => name.slice(0, name.indexOf("/"))),
    ...overridableFields,
  ]),
]
  .filter((field) => !others.has(field))
  .sort();
