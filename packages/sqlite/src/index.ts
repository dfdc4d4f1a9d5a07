/**
 * The durable inbox for one machine: notifications in one SQLite file.
 * @module
 */

export { openInbox } from "./open-inbox.ts";
export { type SqliteInboxOptions, sqliteInbox } from "./sqlite-inbox.ts";
export { type SqliteStoreOptions, sqliteStore } from "./sqlite-store.ts";
