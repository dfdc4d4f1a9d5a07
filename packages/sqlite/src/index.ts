/**
 * The durable inbox for one machine: notifications in one SQLite file.
 * @module
 */

export { openKeptStore } from "./open-kept-store.ts";
export { type SqliteInboxOptions, sqliteInbox } from "./sqlite-inbox.ts";
export { type SqliteStoreOptions, sqliteStore } from "./sqlite-store.ts";
