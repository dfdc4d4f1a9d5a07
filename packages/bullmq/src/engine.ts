import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { type Layout, PARTS, RECORDS } from "./layout.ts";
import { defineScripts } from "./scripts.ts";
import type { Nothing, Stored } from "./stored.ts";

/** What waits to be cut: what arrived during one write. `null` was removed. */
export type Batch = readonly (Stored | null)[];

/** BullMQ tells in streams what becomes of jobs. Nobody listens. */
const EVENTS = 10;

/** The queues as seen through one connection. */
export class Engine {
  readonly client: Redis;
  readonly layout: Layout;
  readonly records: Queue<Batch>;
  readonly parts: Queue<Stored | Nothing>;

  constructor(client: Redis, layout: Layout) {
    defineScripts(client);
    this.client = client;
    this.layout = layout;
    const options = {
      connection: client,
      prefix: layout.prefix,
      streams: { events: { maxLen: EVENTS } },
    };
    this.records = new Queue(RECORDS, options);
    this.parts = new Queue(PARTS, options);
    // What goes wrong with the connection is told by whoever made it, and every call fails by itself.
    for (const queue of [this.records, this.parts]) queue.on("error", () => {});
  }

  async ready(): Promise<this> {
    await Promise.all([this.records.waitUntilReady(), this.parts.waitUntilReady()]);
    return this;
  }

  /** Leaves the connection open. */
  async close(): Promise<void> {
    await Promise.all([this.records.close(), this.parts.close()]);
  }
}
