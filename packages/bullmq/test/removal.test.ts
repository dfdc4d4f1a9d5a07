import { expect, test, vi } from "vitest";
import { Engine } from "../src/engine.ts";
import { Layout } from "../src/layout.ts";
import { Letters } from "../src/letters.ts";
import { Tidying } from "../src/tidying.ts";
import { describeWithRedis, newPrefix, type SharedRedis, silent } from "./support/redis.ts";
import { receiving } from "./support/webhooks.ts";

const PHONE = "12125550177";
/** Of a job of records, or a part; what is remembered, and tails, end in a hash, which may begin with the same letter. */
const JOB = /(?<!:seen|:tail):j[\w-]{16}/;

/** Everything under a prefix, values too, as one text. */
async function contentsOf({ client }: SharedRedis, prefix: string): Promise<string> {
  const read: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => client.get(key),
    hash: (key) => client.hgetall(key),
    list: (key) => client.lrange(key, 0, -1),
    set: (key) => client.smembers(key),
    zset: (key) => client.zrange(key, "0", "-1"),
    stream: (key) => client.xrange(key, "-", "+"),
  };
  const keys = await client.keys(`${prefix}:*`);
  const values = await Promise.all(keys.map(async (key) => read[await client.type(key)]?.(key)));
  expect(values).not.toContain(undefined);
  return JSON.stringify([keys, values]);
}

describeWithRedis("what is in Redis", (redis) => {
  test("no key holds a phone number, and nothing of a body is left when its handlers have succeeded", async () => {
    const prefix = newPrefix();
    const options = { connection: { url: redis.url }, prefix };
    let isOpen = false;
    const { post, webhooks } = await receiving(options, async () => {
      while (!isOpen) await new Promise((resolve) => setTimeout(resolve, 10));
    });
    for (const text of ["secret one", "secret two"]) expect(await post(text, PHONE)).toBe(200);
    await vi.waitFor(async () => {
      expect(await redis.client.keys(`${prefix}:tail:*`)).toHaveLength(1);
      // Both have been cut.
      expect(await redis.client.exists(`${prefix}:records:wait`, `${prefix}:records:active`)).toBe(
        0,
      );
    });
    const before = await redis.client.keys(`${prefix}:*`);
    expect(before.length).toBeGreaterThan(5);
    expect(before.filter((key) => /1212555|wamid/.test(key))).toEqual([]);
    expect(before.filter((key) => JOB.test(key)).length).toBeGreaterThan(1);
    // It is there while it waits, or this would show nothing.
    expect(await contentsOf(redis, prefix)).toMatch(/secret two/);
    isOpen = true;
    await webhooks.idle();
    const contents = await contentsOf(redis, prefix);
    expect(contents).not.toMatch(new RegExp(`${PHONE}|secret|wamid`));
    // Nor are there any traces of conversations and jobs.
    const keys = await redis.client.keys(`${prefix}:*`);
    expect(keys.filter((key) => /:tail:|:lock/.test(key) || JOB.test(key))).toEqual([]);
    expect(await redis.client.hgetall(`${prefix}:totals`)).toEqual({ count: "0", bytes: "0" });
    await redis.remove(prefix);
  });

  test("what is remembered is forgotten after `rememberMs`", async () => {
    const prefix = newPrefix();
    const options = { connection: { url: redis.url }, prefix, rememberMs: 3_600_000 };
    const { post, webhooks } = await receiving(options);
    expect(await post("a")).toBe(200);
    await webhooks.idle();
    const keys = await redis.client.keys(`${prefix}:seen:*`);
    // The record, its message and the profile that came with it: whoever listens to texts alone has two of them.
    expect(keys.length).toBeGreaterThanOrEqual(2);
    for (const key of keys) {
      expect(key).toMatch(/:seen:[\w-]{22}$/);
      const left = await redis.client.pttl(key);
      expect(left).toBeGreaterThan(3_000_000);
      expect(left).toBeLessThanOrEqual(3_600_000);
    }
    await redis.remove(prefix);
  });

  test("what crashes miscounted is put right when nothing waits, and what is too old goes", async () => {
    const prefix = newPrefix();
    const { post, inbox, webhooks } = await receiving(
      { connection: { url: redis.url }, prefix },
      () => {
        throw new Error("never");
      },
    );
    expect(await post("given up")).toBe(200);
    await vi.waitFor(async () => expect(await inbox.deadLetters.list()).toHaveLength(1), 20_000);
    await webhooks.close();
    const client = redis.client.duplicate();
    const engine = await new Engine(client, new Layout(prefix)).ready();
    const tidying = (maxAgeMs: number): Tidying => {
      const tidying = new Tidying(
        engine,
        new Letters(engine, { limitBytes: 1e9, maxAgeMs }),
        silent,
      );
      tidying.stop();
      return tidying;
    };
    await client.hset(`${prefix}:totals`, { count: 7, bytes: 7_000 });
    await tidying(3_600_000).tidy();
    expect(await client.exists(`${prefix}:totals`)).toBe(0);
    expect(await client.zcard(`${prefix}:letters`)).toBe(1);
    await client.hset(`${prefix}:totals`, { count: 7, bytes: 7_000 });
    await client.lpush(`${prefix}:records:wait`, "1");
    await tidying(1).tidy();
    expect(await client.hget(`${prefix}:totals`, "count")).toBe("7");
    expect(await client.zcard(`${prefix}:letters`)).toBe(0);
    await engine.close();
    client.disconnect();
    await redis.remove(prefix);
  });

  test("dead letters fill no memory: beyond their limit the oldest give way", async () => {
    const prefix = newPrefix();
    const options = {
      connection: { url: redis.url },
      prefix,
      deadLetterLimitBytes: 8_000,
    };
    const { post, inbox } = await receiving(options, () => {
      throw new Error("never");
    });
    const letters = async () => inbox.deadLetters.list();
    for (let i = 0; i < 12; i++) expect(await post(`text ${i}`, `121255501${10 + i}`)).toBe(200);
    await vi.waitFor(async () => {
      const dropped = await redis.client.hget(`${prefix}:letters:totals`, "dropped");
      expect((await letters()).length + Number(dropped)).toBe(12);
    }, 20_000);
    const kept = await letters();
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.reduce((sum, { bytes }) => sum + bytes + 512, 0)).toBeLessThanOrEqual(8_000);
    await inbox.deadLetters.discard(kept.map(({ id }) => id));
    expect(await redis.client.hget(`${prefix}:letters:totals`, "bytes")).toBe("0");
    expect(await redis.client.keys(`${prefix}:letter:*`)).toEqual([]);
    await redis.remove(prefix);
  });
});
