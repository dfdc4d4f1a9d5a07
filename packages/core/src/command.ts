/**
 * The command `whatsapp-webhooks-inbox`, for packages with a durable inbox.
 * @module
 */
export {
  type InboxOpeners,
  type KeptStore,
  keptElsewhere,
  runInboxCommand,
  Usage,
} from "./inbox/inbox-command.ts";
