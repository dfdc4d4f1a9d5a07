import { createHash } from "node:crypto";
import type { SeenKeys } from "@whatsapp-webhooks/core";
import { Redis } from "ioredis";

export const redis = new Redis(process.env.REDIS_URL ?? "redis://127.0.0.1", {
  // Whatever is wrong with Redis, a command fails in the end, and the notification is answered 503.
  commandTimeout: 2_000,
  // A connection that died while the process was frozen says nothing: the command goes out once more, on a new one.
  socketTimeout: 1_000,
  maxRetriesPerRequest: 1,
});
redis.on("error", ({ message }) => console.error(`Redis: ${message}`));

/** The platform delivers again for seven days. */
const REMEMBERED_SECONDS = 8 * 24 * 60 * 60;

/** Which events were handled, by whichever instance. */
export const seenKeys: SeenKeys = {
  async has(keys) {
    const found = await redis.mget(keys.map(hashed));
    return new Set(keys.filter((_, index) => found[index] !== null));
  },
  async add(keys) {
    const transaction = redis.multi();
    for (const key of keys) transaction.set(hashed(key), 1, "EX", REMEMBERED_SECONDS);
    await transaction.exec();
  },
};

/** Keys contain message ids. The braces keep all of them on one node of a cluster, as transactions demand. */
function hashed(key: string): string {
  return `{whatsapp-seen}:${createHash("sha256").update(key).digest("base64url")}`;
}
