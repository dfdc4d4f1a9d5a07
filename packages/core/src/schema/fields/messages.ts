import { contact, message, platformError, status, userAction } from "../families.ts";

/** @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages (read 2026-11-22) */
export const messages = {
  lists: {
    contacts: contact,
    messages: message,
    statuses: status,
    errors: platformError,
    user_actions: userAction,
  },
};
