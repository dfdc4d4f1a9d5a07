import { type Inbox, type StoreInboxOptions, storeInbox } from "@whatsapp-webhooks/core";
import { type SqliteStoreOptions, sqliteStore } from "./sqlite-store.ts";

/** Those of the store, and those of what lifts it into an inbox. */
export interface SqliteInboxOptions extends SqliteStoreOptions, StoreInboxOptions {}

/**
 * The durable inbox for one machine: `createWebhooks({ …, inbox: sqliteInbox({ path: "inbox.db" }) })`. The 200 then means
 * that the notification is on disk; it is handled until its handlers have succeeded, after crashes and restarts too.
 */
export function sqliteInbox(options: SqliteInboxOptions): Inbox {
  return storeInbox(sqliteStore(options), options);
}
