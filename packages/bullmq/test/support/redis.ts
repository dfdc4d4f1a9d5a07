import { randomUUID } from "node:crypto";
import type { Logger } from "@whatsapp-webhooks/core";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, vi } from "vitest";
import { isRedisMissing, RedisServer } from "./redis-server.ts";

// Machines may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A Redis that the tests of a file share, each under a prefix of its own. */
export interface SharedRedis {
  readonly url: string;
  readonly client: Redis;
  /** Removes all keys of a prefix. */
  remove(prefix: string): Promise<void>;
}

export const newPrefix = (): string => `{test-${randomUUID().slice(0, 8)}}`;

const { REDIS_URL, CI } = process.env;
const isMissing = isRedisMissing && CI === undefined;
const isSkipped = isMissing && REDIS_URL === undefined;
if (isMissing) {
  const which = isSkipped ? "and REDIS_URL is not set" : "so what it takes to kill one is left out";
  console.warn(`Skipped: there is no redis-server on this machine, ${which}.`);
}

/** Tests that start servers of their own. In CI they must run. */
export function describeWithServers(name: string, body: () => void): void {
  describe.skipIf(isMissing)(name, body);
}

/** Tests against the Redis of `REDIS_URL`, or one of our own; skipped where there is neither. In CI they must run. */
export function describeWithRedis(name: string, body: (redis: SharedRedis) => void): void {
  describe.skipIf(isSkipped)(name, () => {
    const server = REDIS_URL === undefined ? new RedisServer() : undefined;
    let client: Redis | undefined;
    const shared: SharedRedis = {
      get url() {
        return REDIS_URL ?? server?.url ?? "";
      },
      get client() {
        client ??= new Redis(this.url);
        return client;
      },
      async remove(prefix) {
        const keys = await this.client.keys(`${prefix.replace(/[{}[\]*?\\]/g, "\\$&")}:*`);
        if (keys.length > 0) await this.client.del(keys);
      },
    };
    beforeAll(async () => server?.start());
    afterAll(async () => {
      client?.disconnect();
      await server?.end();
    });
    body(shared);
  });
}
