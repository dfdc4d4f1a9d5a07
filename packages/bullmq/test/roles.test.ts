import { setTimeout as sleep } from "node:timers/promises";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { Redis } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { bullmqInbox } from "../src/index.ts";
import { describeWithRedis, describeWithServers, newPrefix, silent } from "./support/redis.ts";
import { RedisServer } from "./support/redis-server.ts";
import { receiving } from "./support/webhooks.ts";

describeWithServers("a process keeps few connections", () => {
  test.each([
    ["receive", 1],
    ["work", 5],
    ["both", 5],
  ] as const)("%s: %i, as the documents say", async (role, count) => {
    const server = new RedisServer();
    onTestFinished(() => server.end());
    await server.start();
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    const { inbox } = await receiving({ connection: { url: server.url }, role });
    await vi.waitFor(() => inbox.stats());
    const connections = async (): Promise<number> =>
      String(await client.client("LIST"))
        .trim()
        .split("\n").length - 1;
    await vi.waitFor(async () => expect(await connections()).toBe(count), 20_000);
    // None is opened later.
    await inbox.idle();
    expect(await connections()).toBe(count);
  });
});

describeWithRedis("roles", (redis) => {
  test("what one process only receives, another that only works handles", async () => {
    const prefix = newPrefix();
    const connection = { url: redis.url };
    const web = await receiving({ connection, prefix, role: "receive" });
    const worker = await receiving({ connection, prefix, role: "work" });
    expect(await web.post("a")).toBe(200);
    await vi.waitFor(() => expect(worker.heard).toEqual(["a"]), 10_000);
    expect(await worker.post("b")).toBe(503);
    await redis.remove(prefix);
  });

  test("handles as many conversations at a time as core says, others wait", async () => {
    const prefix = newPrefix();
    const inbox = bullmqInbox({ connection: { url: redis.url }, prefix, logger: silent });
    onTestFinished(() => inbox.close());
    const running: (() => void)[] = [];
    let started = 0;
    await inbox.consume(
      () =>
        new Promise((resolve) => {
          started++;
          running.push(() => resolve({ kind: "done", completed: [] }));
        }),
      {
        logger: silent,
        cut: ({ id, body }) => [{ conversation: id, body }],
        concurrency: 2,
      },
    );
    for (const id of ["a", "b", "c"])
      await vi.waitFor(
        () =>
          inbox.put({ id, receivedAt: 1, auth: { kind: "signature" }, body: Buffer.from("{}") }),
        20_000,
      );
    await vi.waitFor(() => expect(started).toBe(2), 20_000);
    // Long enough for the third, which is there already.
    await sleep(300);
    expect(started).toBe(2);
    running[0]?.();
    await vi.waitFor(() => expect(started).toBe(3), 20_000);
    for (const end of running) end();
    await inbox.idle?.();
    await redis.remove(prefix);
  });

  test("takes no more once its consumer is closed, and leaves the rest of what it cuts to others", async () => {
    const prefix = newPrefix();
    const inbox = bullmqInbox({ connection: { url: redis.url }, prefix, logger: silent });
    onTestFinished(() => redis.remove(prefix));
    onTestFinished(() => inbox.close());
    const body = Buffer.from("{}");
    let closing: Promise<void> | undefined;
    const consumer = await inbox.consume(
      async () => {
        closing ??= consumer.close();
        return { kind: "done", completed: [] };
      },
      {
        logger: silent,
        cut: () => Array.from({ length: 4_000 }, (_, each) => ({ conversation: `${each}`, body })),
        concurrency: 1,
      },
    );
    const record = { id: "a", receivedAt: 1, auth: { kind: "signature" as const }, body };
    await vi.waitFor(() => inbox.put(record), 20_000);
    await vi.waitFor(() => expect(closing).toBeDefined(), 20_000);
    await closing;
    expect(await redis.client.llen(`${prefix}:records:wait`)).toBe(1);
  });

  test("who only receives needs no handlers and no start, and is not reminded of it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const prefix = newPrefix();
    const inbox = bullmqInbox({
      connection: { url: redis.url },
      prefix,
      role: "receive",
      logger,
    });
    const webhooks = createWebhooks({ appSecret: "s", verifyToken: "t", inbox, logger });
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    await webhooks.start();
    await webhooks.idle();
    await webhooks.close();
    expect(logger.error).not.toHaveBeenCalled();
  });

  test.each([
    [{ connection: undefined }, /needs `connection`/],
    [{ connection: { url: "http://localhost" } }, /must begin with redis:/],
    [{ connection: { keyPrefix: "x:" } }, /`prefix` of the inbox/],
    [{ connection: { isCluster: true } }, /Redis Cluster/],
    [{ connection: {}, role: "worker" }, /"receive", "work" or "both", not "worker"/],
    [{ connection: {}, limitBytes: Number.NaN }, /: limitBytes must be a positive number, got NaN/],
    [{ connection: {}, prefx: "x" }, /no option prefx, did you mean prefix\?/],
    [{ connection: {}, concurrency: 5 }, /bullmqInbox: there is no option concurrency/],
  ])("an option that cannot be is refused: %j", (options, message) => {
    expect(() => bullmqInbox(options as never)).toThrow(message);
  });
});
