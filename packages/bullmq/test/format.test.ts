import { Redis } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { openKept } from "../src/kept.ts";
import { describeWithRedis, describeWithServers, newPrefix } from "./support/redis.ts";
import { RedisServer } from "./support/redis-server.ts";
import { receiving } from "./support/webhooks.ts";

describeWithRedis("the format of what is in Redis", (redis) => {
  test.each(["receive", "work", "both"] as const)(
    "is written by who opens it first, role %s, and read by who comes after",
    async (role) => {
      const prefix = newPrefix();
      onTestFinished(() => redis.remove(prefix));
      const options = { connection: { url: redis.url }, prefix };
      const first = await receiving({ ...options, role });
      await vi.waitFor(() => first.inbox.stats(), 10_000);
      expect(await redis.client.get(`${prefix}:format`)).toBe("1");
      const second = await receiving(options);
      expect(await second.post("a")).toBe(200);
      await vi.waitFor(() => expect([...first.heard, ...second.heard]).toEqual(["a"]), 10_000);
      await second.webhooks.idle();
      expect(await redis.client.get(`${prefix}:format`)).toBe("1");
    },
  );

  test.each(["2", "later"])(
    "a newer one (%s) is refused with what happened, where, and what to do; nothing is touched",
    async (format) => {
      const prefix = newPrefix();
      onTestFinished(() => redis.remove(prefix));
      const key = `${prefix}:format`;
      await redis.client.set(key, format);
      const url = redis.url.replace("redis://", "redis://default:hunter2@");
      await redis.client.acl("SETUSER", "default", ">hunter2");
      onTestFinished(async () => void (await redis.client.acl("SETUSER", "default", "nopass")));
      const { post, logger, heard } = await receiving({ connection: { url }, prefix });
      const errors = () =>
        logger.lines.filter(({ message }) => message.includes("what is in redis://"));
      await vi.waitFor(() => expect(errors()).toHaveLength(1), 10_000);
      const place = `${redis.url}/0 under the prefix ${prefix} `;
      const [line] = errors();
      expect(await post("a")).toBe(503);
      expect(line?.level).toBe("error");
      expect(line?.details).toEqual({ code: "inbox_failed" });
      expect(line?.message).toContain(place);
      expect(line?.message).toContain(`newer version of @whatsapp-webhooks/bullmq (its format is`);
      expect(line?.message).toContain("Update the package");
      expect(JSON.stringify(logger.lines)).not.toContain("hunter2");
      await expect(openKept({ connection: { url }, prefix })).rejects.toThrow(line?.message);
      expect(await redis.client.keys(`${prefix}:*`)).toEqual([key]);
      expect(await redis.client.get(key)).toBe(format);
      // Once it is one that is known it goes on by itself. The inbox told of it once, and core of the answer.
      await redis.client.set(key, "1");
      await vi.waitFor(async () => expect(await post("b")).toBe(200), 20_000);
      await vi.waitFor(() => expect(heard).toEqual(["b"]), 10_000);
      expect(errors()).toHaveLength(2);
    },
    60_000,
  );

  test("who only looks writes none", async () => {
    const prefix = newPrefix();
    onTestFinished(() => redis.remove(prefix));
    const kept = await openKept({ connection: { url: redis.url }, prefix });
    expect((await kept.stats()).waiting).toBe(0);
    await kept.close();
    expect(await redis.client.exists(`${prefix}:format`)).toBe(0);
  });
});

describeWithServers("a Redis that is full", () => {
  test.each([["1"], [undefined]])(
    "is opened, also to make room: its format is %s",
    async (format) => {
      const server = new RedisServer();
      onTestFinished(() => server.end());
      await server.start();
      const client = new Redis(server.url);
      onTestFinished(() => client.disconnect());
      if (format !== undefined) await client.set("{whatsapp}:format", format);
      await client.config("SET", "maxmemory", "1kb");
      await expect(client.set("more", "x")).rejects.toThrow("OOM");
      const { inbox } = await receiving({ connection: { url: server.url }, role: "receive" });
      await vi.waitFor(() => inbox.stats(), 10_000);
    },
  );
});
