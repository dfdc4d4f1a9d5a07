import { Redis } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { readyOf } from "../src/connection.ts";
import { bullmqInbox } from "../src/index.ts";
import { describeWithRedis, newPrefix } from "./support/redis.ts";
import { receiving } from "./support/webhooks.ts";

interface AnotherVersionsOptions {
  host?: string;
  port?: number;
  db?: number;
  keyPrefix?: string;
  isOfAnotherVersion?: true;
}

/** As another copy of ioredis declares its own: what is private makes a class a type that no other class fits. */
class AnotherRedis {
  readonly isCluster: boolean;
  readonly options: AnotherVersionsOptions;
  private readonly connector = vi.fn();

  constructor(options: AnotherVersionsOptions, isCluster = false) {
    this.options = options;
    this.isCluster = isCluster;
  }

  defineCommand(): void {}

  duplicate(override?: AnotherVersionsOptions): AnotherRedis {
    this.connector();
    return new AnotherRedis({ ...this.options, ...override });
  }
}

describeWithRedis("a client of another copy of ioredis", (redis) => {
  test("is as good as one of ours: its options are used, and it is left alone", async () => {
    const { hostname: host, port } = new URL(redis.url);
    const prefix = newPrefix();
    const third = new Redis(redis.url, { db: 3 });
    onTestFinished(async () => {
      await third.del(await third.keys(`${prefix}:*`));
      third.disconnect();
    });
    const connection = new AnotherRedis({ host, port: Number(port), db: 3 });
    const duplicate = vi.spyOn(connection, "duplicate");
    const { post, webhooks, heard } = await receiving({ connection, prefix });
    expect(await post("a")).toBe(200);
    await webhooks.idle();
    expect(heard).toEqual(["a"]);
    expect(await third.get(`${prefix}:format`)).toBe("1");
    expect(await redis.client.exists(`${prefix}:format`)).toBe(0);
    expect(duplicate).not.toHaveBeenCalled();
  });
});

describeWithRedis("options that would leave it to us to connect", (redis) => {
  test("are connected with all the same", async () => {
    const { hostname: host, port } = new URL(redis.url);
    const prefix = newPrefix();
    onTestFinished(() => redis.remove(prefix));
    const connection = { host, port: Number(port), lazyConnect: true };
    const { post, webhooks, heard } = await receiving({ connection, prefix });
    await vi.waitFor(async () => expect(await post("a")).toBe(200), 10_000);
    await webhooks.idle();
    expect(heard).toEqual(["a"]);
  });
});

test("a client that has ended is waited for by nobody", async () => {
  const client = new Redis({ lazyConnect: true });
  client.disconnect();
  await vi.waitFor(() => expect(client.status).toBe("end"));
  await expect(readyOf(client)).rejects.toMatchObject({ code: "closing" });
});

test("a client of another library is refused at once: its options mean nothing here", () => {
  const connection = { options: { url: "redis://elsewhere:6379" }, duplicate: () => connection };
  // @ts-expect-error it has no defineCommand
  expect(() => bullmqInbox({ connection })).toThrow(/none of ioredis/);
  const hollow = { ...connection, options: null, defineCommand: () => {} };
  expect(() => bullmqInbox({ connection: hollow as never })).toThrow(/none of ioredis/);
});

test("a client for a cluster, and one with a prefix of its own, are refused at once", () => {
  const make = (connection: AnotherRedis) => () => bullmqInbox({ connection });
  expect(make(new AnotherRedis({}, true))).toThrow(/Redis Cluster/);
  expect(make(new AnotherRedis({ keyPrefix: "mine:" }))).toThrow(/`prefix` of the inbox/);
});
