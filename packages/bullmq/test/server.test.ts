import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { describeWithServers, newPrefix } from "./support/redis.ts";
import { DURABLE, RedisServer } from "./support/redis-server.ts";
import { receiving } from "./support/webhooks.ts";
import { Wire } from "./support/wire.ts";

async function serverWith(...options: string[]): Promise<RedisServer> {
  const server = new RedisServer(options);
  onTestFinished(() => server.end());
  await server.start();
  return server;
}

describeWithServers("the server's configuration", () => {
  test.each([
    [["--appendonly", "no"], "warn", /every notification since its last snapshot.*appendonly yes/],
    [["--appendonly", "yes", "--appendfsync", "everysec"], "warn", /last second or two/],
    [["--appendonly", "yes", "--appendfsync", "no"], "warn", /last half minute/],
    [DURABLE, "info", /a 200 means on disk/],
    [[...DURABLE, "--rename-command", "CONFIG", ""], "warn", /does not say how it writes/],
  ] as const)("%j is told in one line, with what it loses", async (options, level, message) => {
    const server = await serverWith(...options);
    const { logger, post } = await receiving({ connection: { url: server.url }, role: "receive" });
    expect(await post("a")).toBe(200);
    const lines = logger.lines.filter(({ message }) => message.includes("redis://"));
    expect(lines).toEqual([
      { level, details: { redis: expect.any(String) }, message: expect.stringMatching(message) },
    ]);
  });

  test("one that throws keys away when it is full is refused, and taken once it does not", async () => {
    const server = await serverWith("--maxmemory-policy", "allkeys-lru");
    const { logger, post } = await receiving({ connection: { url: server.url } });
    await vi.waitFor(() => expect(logger.lines.some(({ level }) => level === "error")).toBe(true));
    expect(await post("a")).toBe(503);
    expect(logger.lines.map(({ message }) => message).join()).toMatch(
      /maxmemory-policy allkeys-lru: .*Set maxmemory-policy noeviction/,
    );
    const client = new Redis(server.url);
    await client.config("SET", "maxmemory-policy", "noeviction");
    client.disconnect();
    await vi.waitFor(async () => expect(await post("a")).toBe(200), 20_000);
  }, 60_000);

  test("a replica that takes over and throws keys away when it is full is given nothing, until it does not", async () => {
    const [master, replica] = [
      await serverWith(...DURABLE),
      await serverWith(...DURABLE, "--maxmemory-policy", "allkeys-lru"),
    ];
    const wire = new Wire(master.url);
    await wire.start();
    onTestFinished(() => wire.end());
    const client = new Redis(replica.url);
    onTestFinished(() => client.disconnect());
    const { logger, post } = await receiving({ connection: { url: wire.url }, role: "receive" });
    expect(await post("before")).toBe(200);
    await client.replicaof("127.0.0.1", Number(new URL(master.url).port));
    const records = () => client.llen("{whatsapp}:records:wait");
    await vi.waitFor(async () => expect(await records()).toBe(1), 20_000);
    await client.replicaof("NO", "ONE");
    wire.lead(replica.url);
    await master.kill();
    const statuses = new Set<number>();
    await vi.waitFor(async () => {
      statuses.add(await post("after"));
      const log = logger.lines.map(({ message }) => message).join();
      expect(log).toMatch(/maxmemory-policy allkeys-lru: .*Set maxmemory-policy noeviction/);
    }, 20_000);
    expect([...statuses]).toEqual([503]);
    expect(await records()).toBe(1);
    await client.config("SET", "maxmemory-policy", "noeviction");
    await vi.waitFor(async () => expect(await post("again")).toBe(200), 20_000);
    // Somebody changes it while nothing else happens.
    await client.config("SET", "maxmemory-policy", "volatile-lru");
    await vi.waitFor(async () => expect(await post("later")).toBe(503), 20_000);
  }, 90_000);

  test("one that is nearly out of memory is full, before it refuses to let anything end", async () => {
    const server = await serverWith("--maxmemory", "32mb");
    let isOpen = false;
    const gate = vi.fn(async () => {
      while (!isOpen) await sleep(20);
    });
    const { post, heard } = await receiving({ connection: { url: server.url } }, gate);
    let taken = 0;
    const big = "x".repeat(200_000);
    await vi.waitFor(
      async () => {
        const status = await post(`${taken} ${big}`, String(12125550100 + taken));
        if (status === 200) taken++;
        expect(status).toBe(503);
      },
      { timeout: 60_000, interval: 50 },
    );
    expect(taken).toBeGreaterThan(10);
    isOpen = true;
    await vi.waitFor(() => expect(heard.length).toBe(taken), 30_000);
    await vi.waitFor(async () => expect(await post("again")).toBe(200), 30_000);
  }, 120_000);

  test("neither user nor password is written to the log", async () => {
    const server = await serverWith("--requirepass", "hunter2");
    const { host, port } = new URL(server.url.replace("redis:", "http:"));
    expect(port).not.toBe("");
    const wrong = await receiving({
      connection: { url: `redis://mallory:wrong-word@${host}` },
      role: "receive",
    });
    expect(await wrong.post("a")).toBe(503);
    await vi.waitFor(() => expect(wrong.logger.lines.length).toBeGreaterThan(0));
    const right = await receiving({
      connection: { url: `redis://default:hunter2@${host}` },
      prefix: newPrefix(),
      role: "receive",
    });
    expect(await right.post("a")).toBe(200);
    const log = JSON.stringify([wrong.logger.lines, right.logger.lines]);
    expect(log).toMatch(/refuses the user or password/);
    expect(log).not.toMatch(/hunter2|wrong-word|mallory/);
  });
});
