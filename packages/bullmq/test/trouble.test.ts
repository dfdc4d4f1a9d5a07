import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { BullmqInbox } from "../src/bullmq-inbox.ts";
import { describeWithServers, silent } from "./support/redis.ts";
import { DURABLE, RedisServer } from "./support/redis-server.ts";
import { receiving } from "./support/webhooks.ts";

async function serverOf(
  ...options: readonly string[]
): Promise<{ readonly url: string; readonly client: Redis }> {
  const server = new RedisServer([...DURABLE, ...options]);
  onTestFinished(() => server.end());
  await server.start();
  const client = new Redis(server.url);
  onTestFinished(() => client.disconnect());
  return { url: server.url, client };
}

/** Parts behind others. */
const WAITING = "{whatsapp}:parts:waiting-children";

/** Others have filled it: whatever takes memory is refused. */
const fill = (client: Redis) => client.config("SET", "maxmemory", "1mb");
const makeRoom = (client: Redis) => client.config("SET", "maxmemory", "0");

function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describeWithServers("when Redis refuses some of what is asked of it", () => {
  test("full, while handlers run: what is done ends and makes room, nothing runs again, and others follow", async () => {
    const { url, client } = await serverOf();
    const { passed, open } = gate();
    const { post, heard, logger } = await receiving({ connection: { url } }, () => passed);
    for (const from of ["12125550101", "12125550102", "12125550102"])
      expect(await post(`from ${from}`, from)).toBe(200);
    await vi.waitFor(() => expect(heard).toHaveLength(2), 20_000);
    await fill(client);
    open();
    // It is full all the time.
    await vi.waitFor(async () => {
      expect(await client.hget("{whatsapp}:totals", "count")).toBe("1");
      expect(await client.llen("{whatsapp}:parts:active")).toBe(0);
    }, 20_000);
    await expect(client.set("more", "x")).rejects.toThrow("OOM");
    const told = () => logger.lines.filter(({ message }) => message.includes("out of memory"));
    await vi.waitFor(() => expect(told()).toMatchObject([{ level: "error" }]), 20_000);
    await makeRoom(client);
    await vi.waitFor(async () => {
      expect(await client.hgetall("{whatsapp}:totals")).toEqual({ count: "0", bytes: "0" });
    }, 20_000);
    expect(heard).toHaveLength(3);
    expect(await client.keys("{whatsapp}:tail:*")).toEqual([]);
  }, 60_000);

  test("filled up by somebody else's keys: what ends makes room, and the rest follows without anybody's help", async () => {
    const { url, client } = await serverOf("--maxmemory", "32mb");
    const { passed, open } = gate();
    const { post, heard } = await receiving({ connection: { url } }, ({ data }) =>
      data.text.body.startsWith("first") ? passed : undefined,
    );
    const people = Array.from({ length: 20 }, (_, i) => String(12125550100 + i));
    for (const from of people) expect(await post(`first ${"x".repeat(200_000)}`, from)).toBe(200);
    for (const from of people) expect(await post(`second of ${from}`, from)).toBe(200);
    await vi.waitFor(() => expect(heard).toHaveLength(20), 20_000);
    await vi.waitFor(async () => expect(await client.zcard(WAITING)).toBe(20), 20_000);
    let count = 0;
    const take = (bytes: number) => client.setrange(`else ${count++}`, bytes, "x");
    while (await take(100_000).catch(() => false));
    // What is asked for while there is some room may be far more than there is.
    await client.del("else 0", "else 1", "else 2");
    await take(2_000_000);
    await expect(client.multi().set("more", "x").exec()).rejects.toThrow("EXECABORT");
    open();
    await vi.waitFor(() => expect(heard).toHaveLength(40), 20_000);
    expect(new Set(heard.slice(20)).size).toBe(20);
    await vi.waitFor(
      async () =>
        expect(await client.hgetall("{whatsapp}:totals")).toEqual({ count: "0", bytes: "0" }),
      20_000,
    );
    expect(await client.exists("else 3")).toBe(1);
  }, 60_000);

  test("full, while a handler runs for the last time: the notification becomes a dead letter all the same", async () => {
    const { url, client } = await serverOf();
    const { passed, open } = gate();
    let runs = 0;
    const { post, inbox } = await receiving({ connection: { url } }, async () => {
      runs++;
      if (runs === 3) await passed;
      throw new Error("never");
    });
    expect(await post("a")).toBe(200);
    await vi.waitFor(() => expect(runs).toBe(3), 20_000);
    await fill(client);
    open();
    await vi.waitFor(async () => expect(await inbox.deadLetters.list()).toHaveLength(1), 20_000);
    expect(runs).toBe(3);
    await expect(client.set("more", "x")).rejects.toThrow("OOM");
    await vi.waitFor(
      async () =>
        expect(await client.hgetall("{whatsapp}:totals")).toEqual({ count: "0", bytes: "0" }),
      10_000,
    );
  }, 60_000);

  test("full, while records are cut: they are cut when there is room", async () => {
    const { url, client } = await serverOf();
    const web = await receiving({ connection: { url }, role: "receive" });
    for (const text of ["a", "b", "c"]) expect(await web.post(text)).toBe(200);
    const worker = new BullmqInbox({ connection: { url }, role: "work", logger: silent });
    onTestFinished(() => worker.close());
    const handled: string[] = [];
    let filled: Promise<unknown> | undefined;
    await worker.consume(
      async ({ body }) => {
        handled.push(/"body":"(\w)"/.exec(String(body))?.[1] ?? "");
        return { kind: "done", completed: [] };
      },
      {
        logger: silent,
        cut({ body }) {
          // It is full when this has been cut and is about to be written.
          filled ??= fill(client);
          return [{ conversation: "one", body }];
        },
        concurrency: 64,
      },
    );
    await vi.waitFor(() => expect(filled).toBeDefined(), 20_000);
    await filled;
    await sleep(1_500);
    expect(handled).toEqual([]);
    await makeRoom(client);
    await vi.waitFor(() => expect(handled).toEqual(["a", "b", "c"]), 20_000);
  }, 60_000);

  test("while a notification is handed over: that is no attempt, and nothing overtakes it meanwhile", async () => {
    const { url, client } = await serverOf();
    const inbox = new BullmqInbox({ connection: { url }, logger: silent });
    onTestFinished(() => inbox.close());
    const attempts: [string, number][] = [];
    const consumer = await inbox.consume(
      async ({ body }, { attempt }) => {
        attempts.push([String(body), attempt]);
        if (attempts.length < 3) throw new Error("what is known could not be read");
        if (attempts.length > 3) return { kind: "done", completed: [] };
        return { kind: "retry", completed: [], delayMs: 0, reason: "no", holds: true };
      },
      { logger: silent, cut: ({ body }) => [{ conversation: "one", body }], concurrency: 64 },
    );
    for (const text of ["a", "b"])
      await inbox.put({
        id: text,
        receivedAt: 1,
        auth: { kind: "signature" },
        body: Buffer.from(text),
      });
    await vi.waitFor(
      async () =>
        expect(await client.hgetall("{whatsapp}:totals")).toEqual({ count: "0", bytes: "0" }),
      20_000,
    );
    await consumer.close();
    const ofA = [1, 1, 1, 2].map((attempt) => ["a", attempt]);
    expect(attempts).toEqual([...ofA, ["b", 1]]);
  }, 60_000);

  test("full, when a dead letter is tried again: it stays one", async () => {
    const { url, client } = await serverOf();
    const { post, inbox } = await receiving({ connection: { url } }, () => {
      throw new Error("never");
    });
    expect(await post("a")).toBe(200);
    await vi.waitFor(async () => expect(await inbox.deadLetters.list()).toHaveLength(1), 20_000);
    const [letter] = await inbox.deadLetters.list();
    await fill(client);
    await expect(inbox.deadLetters.replay([letter?.id ?? ""])).rejects.toThrow();
    await makeRoom(client);
    await vi.waitFor(async () => expect(await inbox.deadLetters.list()).toEqual([letter]), 20_000);
  }, 60_000);

  test("it has forgotten its scripts: answers are 200, and what was stored is handled, at once", async () => {
    const { url, client } = await serverOf();
    const { passed, open } = gate();
    const { post, heard } = await receiving({ connection: { url } }, ({ data }) =>
      data.text.body === "slow" ? passed : undefined,
    );
    expect(await post("a")).toBe(200);
    await vi.waitFor(() => expect(heard).toEqual(["a"]), 20_000);
    expect(await post("slow")).toBe(200);
    await vi.waitFor(() => expect(heard).toEqual(["a", "slow"]), 20_000);
    await client.script("FLUSH");
    open();
    await vi.waitFor(async () => expect(await post("b")).toBe(200), 20_000);
    await vi.waitFor(() => expect(heard).toEqual(["a", "slow", "b"]), 20_000);
    await vi.waitFor(
      async () =>
        expect(await client.hgetall("{whatsapp}:totals")).toEqual({ count: "0", bytes: "0" }),
      10_000,
    );
  }, 60_000);
});
