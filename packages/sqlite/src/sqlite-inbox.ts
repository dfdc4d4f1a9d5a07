import {
  checkOptions,
  type Inbox,
  type OptionTable,
  type StoreInboxOptions,
  storeInbox,
  storeInboxTable,
} from "@whatsapp-webhooks/core";
import { SqliteStore, type SqliteStoreOptions, storeTable } from "./sqlite-store.ts";

/** Those of the store, and those of what lifts it into an inbox. */
export interface SqliteInboxOptions extends SqliteStoreOptions, StoreInboxOptions {}

const table: OptionTable<SqliteInboxOptions> = {
  ...storeTable,
  ...storeInboxTable,
};

/**
 * The durable inbox for one machine: `createWebhooks({ …, inbox: sqliteInbox({ path: "inbox.db" }) })`. The 200 then means
 * that the notification is on disk; it is handled until its handlers have succeeded, after crashes and restarts too.
 */
export function sqliteInbox(options: SqliteInboxOptions): Inbox {
  checkOptions("sqliteInbox", options, table);
  const { role, pendingLimitBytes, windowRecords, windowBytes, pollMs } = options;
  return storeInbox(new SqliteStore(options), {
    role,
    pendingLimitBytes,
    windowRecords,
    windowBytes,
    pollMs,
  });
}
