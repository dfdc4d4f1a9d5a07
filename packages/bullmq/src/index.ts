/**
 * The durable inbox for many machines: notifications in Redis, handled by any number of workers.
 * @module
 */

export { type BullmqInboxOptions, bullmqInbox } from "./bullmq-inbox.ts";
export type { ConnectionOptions, RedisClient, RedisConnection } from "./connection.ts";
export { openKeptStore } from "./kept.ts";
