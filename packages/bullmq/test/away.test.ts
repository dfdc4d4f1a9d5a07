import { Redis } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { describeWithServers } from "./support/redis.ts";
import { DURABLE, RedisServer } from "./support/redis-server.ts";
import { receiving } from "./support/webhooks.ts";
import { Wire } from "./support/wire.ts";

/** What is promised, and some more for a machine that is busy. */
const MOST_MS = 4_000;

async function timed(post: () => Promise<number>): Promise<number> {
  const began = performance.now();
  const status = await post();
  expect(performance.now() - began).toBeLessThan(MOST_MS);
  return status;
}

describeWithServers("when Redis is away", () => {
  test.each(["killed", "frozen"])(
    "%s: 503 in time, 200 when it is back, without a restart; what was taken is handled once",
    async (how) => {
      const server = new RedisServer(DURABLE);
      onTestFinished(() => server.end());
      await server.start();
      const connection = { url: server.url };
      const web = await receiving({ connection, role: "receive" });
      // Nothing is handled before the outage.
      expect(await web.post("before", "12125550101")).toBe(200);
      const worker = await receiving({ connection, role: "work" });
      await vi.waitFor(() => expect(worker.heard).toEqual(["before"]), 20_000);
      expect(await web.post("waits", "12125550102")).toBe(200);
      if (how === "killed") await server.kill();
      else server.freeze();
      const statuses = await Promise.all(
        ["x", "y", "z"].map((text) => timed(() => web.post(text, "12125550103"))),
      );
      expect(statuses).toEqual([503, 503, 503]);
      expect(await timed(() => web.post("v", "12125550103"))).toBe(503);
      if (how === "killed") await server.start();
      else server.resume();
      await vi.waitFor(async () => expect(await web.post("after", "12125550104")).toBe(200), {
        timeout: 20_000,
        interval: 50,
      });
      await vi.waitFor(
        () => expect(worker.heard).toEqual(expect.arrayContaining(["waits", "after"])),
        20_000,
      );
      expect(new Set(worker.heard).size).toBe(worker.heard.length);
    },
    60_000,
  );

  test("on connections that died without a word: 503 in time, and 200 on new ones", async () => {
    const server = new RedisServer(DURABLE);
    onTestFinished(() => server.end());
    await server.start();
    const wire = new Wire(server.url);
    await wire.start();
    onTestFinished(() => wire.end());
    const web = await receiving({ connection: { url: wire.url }, role: "receive" });
    expect(await web.post("a")).toBe(200);
    wire.cut();
    expect(await timed(() => web.post("b"))).toBe(503);
    await vi.waitFor(async () => expect(await web.post("c")).toBe(200), 20_000);
  }, 60_000);

  test("at the start: 503 in time, 200 once it is there, and what was stored is handled", async () => {
    const server = new RedisServer(DURABLE);
    onTestFinished(() => server.end());
    await server.start();
    await server.kill();
    const both = await receiving({ connection: { url: server.url } });
    expect(await timed(() => both.post("a"))).toBe(503);
    await server.start();
    await vi.waitFor(async () => expect(await both.post("a")).toBe(200), 20_000);
    await vi.waitFor(() => expect(both.heard).toEqual(["a"]), 20_000);
  }, 60_000);

  test("while a handler runs: it is not run again when Redis comes back later than its lock lasts", async () => {
    const server = new RedisServer(DURABLE);
    onTestFinished(() => server.end());
    await server.start();
    const connection = { url: server.url };
    const runs: string[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = async (event: { data: { text: { body: string } } }) => {
      runs.push(event.data.text.body);
      if (event.data.text.body === "slow") await held;
    };
    const workers = [
      await receiving({ connection }, slow),
      await receiving({ connection }, slow),
    ] as const;
    expect(await workers[0].post("slow")).toBe(200);
    await vi.waitFor(() => expect(runs).toEqual(["slow"]), 20_000);
    await server.kill();
    // Longer than a lock lasts.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    await server.start();
    await vi.waitFor(async () => expect(await workers[1].post("next")).toBe(200), 20_000);
    // Longer than it takes to find what was lost.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    release();
    await vi.waitFor(() => expect(runs).toContain("next"), 20_000);
    expect(runs).toEqual(["slow", "next"]);
  }, 90_000);

  test("and comes back with nothing in it: what is answered 200 then is handled, whatever was under way before", async () => {
    const server = new RedisServer();
    onTestFinished(() => server.end());
    await server.start();
    const ends = new Map<string, () => void>();
    const { post, heard, inbox } = await receiving(
      { connection: { url: server.url } },
      ({ data }) => {
        const { body } = data.text;
        const isHeld = body === "slow" || body === "first";
        return isHeld ? new Promise<void>((resolve) => ends.set(body, resolve)) : undefined;
      },
    );
    expect(await post("before", "12125550101")).toBe(200);
    await vi.waitFor(() => expect(heard).toEqual(["before"]), 20_000);
    expect(await post("slow", "12125550102")).toBe(200);
    await vi.waitFor(() => expect([...ends.keys()]).toEqual(["slow"]), 20_000);
    await server.kill();
    await server.start();
    await vi.waitFor(async () => expect(await post("first", "12125550103")).toBe(200), {
      timeout: 20_000,
      interval: 50,
    });
    expect(await post("behind", "12125550103")).toBe(200);
    await vi.waitFor(() => expect(ends.has("first")).toBe(true), 20_000);
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    await vi.waitFor(
      async () => expect(await client.zcard("{whatsapp}:parts:waiting-children")).toBe(1),
      20_000,
    );
    // Until what is held here has been renewed, some times.
    const lastBeat = async () => Number(await client.hget("{whatsapp}:pulse", "at"));
    const from = await lastBeat();
    await vi.waitFor(async () => expect(await lastBeat()).toBeGreaterThan(from + 2_500), 20_000);
    ends.get("slow")?.();
    await vi.waitFor(() => expect(inbox.pending()).toBe(1), 20_000);
    ends.get("first")?.();
    await vi.waitFor(() => expect(heard).toEqual(["before", "slow", "first", "behind"]), 20_000);
  }, 90_000);

  test.each(["killed", "demoted"])(
    "a replica takes over from a master that was %s: 200 again, and what was taken is handled once, without a restart",
    async (how) => {
      const [master, replica] = [new RedisServer(DURABLE), new RedisServer(DURABLE)];
      for (const server of [master, replica]) {
        onTestFinished(() => server.end());
        await server.start();
      }
      const wire = new Wire(master.url);
      await wire.start();
      onTestFinished(() => wire.end());
      const clients = [new Redis(master.url), new Redis(replica.url)] as const;
      const [ofMaster, ofReplica] = clients;
      for (const client of clients) {
        client.on("error", () => {});
        onTestFinished(() => client.disconnect());
      }
      const portOf = ({ url }: RedisServer): number => Number(new URL(url).port);
      await ofReplica.replicaof("127.0.0.1", portOf(master));
      const connection = { url: wire.url };
      let release = (): void => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const web = await receiving({ connection, role: "receive" });
      const worker = await receiving({ connection, role: "work" }, ({ data }) =>
        data.text.body === "slow" ? released : undefined,
      );
      expect(await web.post("before", "12125550101")).toBe(200);
      expect(await web.post("slow", "12125550102")).toBe(200);
      expect(await web.post("behind", "12125550102")).toBe(200);
      await vi.waitFor(() => expect(new Set(worker.heard)).toEqual(new Set(["before", "slow"])), {
        timeout: 20_000,
      });
      await vi.waitFor(async () => expect(await ofMaster.wait(1, 1_000)).toBe(1), 20_000);
      wire.lead(replica.url);
      await ofReplica.replicaof("NO", "ONE");
      if (how === "killed") await master.kill();
      else await ofMaster.replicaof("127.0.0.1", portOf(replica));
      release();
      await vi.waitFor(async () => expect(await web.post("after", "12125550103")).toBe(200), {
        timeout: 40_000,
        interval: 50,
      });
      await vi.waitFor(
        () => expect(worker.heard.toSorted()).toEqual(["after", "before", "behind", "slow"]),
        40_000,
      );
    },
    120_000,
  );
});
