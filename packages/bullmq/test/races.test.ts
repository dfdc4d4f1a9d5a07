import assert from "node:assert/strict";
import { eraseFrom } from "@whatsapp-webhooks/core";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { Deliverer } from "../src/deliverer.ts";
import { Engine } from "../src/engine.ts";
import { Keeper } from "../src/keeper.ts";
import { Layout } from "../src/layout.ts";
import { Letters } from "../src/letters.ts";
import type { Stored } from "../src/stored.ts";
import { Transaction } from "../src/transaction.ts";
import { describeWithRedis, newPrefix, type SharedRedis, silent } from "./support/redis.ts";
import { receiving } from "./support/webhooks.ts";

interface Place {
  readonly client: Redis;
  readonly prefix: string;
  readonly engine: Engine;
  readonly keeper: Keeper;
  readonly letters: Letters;
}

async function placeIn(redis: SharedRedis): Promise<Place> {
  const prefix = newPrefix();
  const client = redis.client.duplicate();
  const engine = await new Engine(client, new Layout(prefix)).ready();
  onTestFinished(async () => {
    await engine.close();
    client.disconnect();
    await redis.remove(prefix);
  });
  const letters = new Letters(engine, { limitBytes: 1e9, maxAgeMs: 1e9 });
  return { client, prefix, engine, letters, keeper: new Keeper(engine, letters, 60_000) };
}

const [ANN, BOB] = ["12125550101", "12125550102"];
const bodyOf = (...people: readonly string[]): string =>
  JSON.stringify({ messages: people.map((from) => ({ from, text: "hello" })) });
const stored = (body: string, more: Partial<Stored> = {}): Stored => ({
  i: "record-1",
  r: 1,
  a: { kind: "signature" },
  t: body,
  ...more,
});

describeWithRedis("two at the same time", (redis) => {
  test("an erasure and a retry that is written: neither undoes the other", async () => {
    const { client, engine, keeper } = await placeIn(redis);
    await engine.parts.add("parts", stored(bodyOf(ANN, BOB)), { jobId: "1-0" });
    const job = engine.parts.toKey("1-0");
    // Twice, whenever it has been read.
    let retries = 0;
    const read = client.hget.bind(client);
    vi.spyOn(client, "hget").mockImplementation(async (key, field) => {
      const data = await read(key, field);
      if (key === job && data !== null && retries < 2) {
        retries++;
        await client.hset(
          job,
          "data",
          JSON.stringify({ ...JSON.parse(data), n: retries, c: ["k"] }),
        );
      }
      return data;
    });
    const found = {
      find: async () => ({ ids: ["parts:1-0:0"] }),
      get: (id: string) => keeper.get(id),
      replace: keeper.replace.bind(keeper),
    };
    expect(await eraseFrom(found, [ANN])).toBe(1);
    expect(retries).toBe(2);
    const left = JSON.parse((await client.hget(job, "data")) ?? "");
    expect(left).toEqual(stored(bodyOf(BOB), { n: 2, c: ["k"] }));
  });

  test("an erasure and a worker that has the part: what is being handled is left to it", async () => {
    const { client, engine, keeper } = await placeIn(redis);
    await engine.parts.add("parts", stored(bodyOf(ANN)), { jobId: "1-0" });
    const job = engine.parts.toKey("1-0");
    const { ids } = await keeper.find({ texts: [ANN], deadLetters: false, after: 0 });
    const read = await keeper.get(ids[0] ?? "");
    assert(read);
    await client.set(`${job}:lock`, "somebody", "PX", 10_000);
    expect(await keeper.replace(ids[0] ?? "", undefined, read.body)).toBe(false);
    expect(await client.hget(job, "data")).toContain(ANN);
    expect((await keeper.stats()).waiting).toBe(0);
  });

  test("an erasure and a record that is cut just then: what became of it is found among the parts", async () => {
    const { client, engine, keeper } = await placeIn(redis);
    await engine.records.add("records", [stored(bodyOf(ANN, BOB))], { jobId: "waits" });
    await engine.records.add("records", [stored(bodyOf(ANN), { i: "record-2" })], { jobId: "cut" });
    const { records } = engine;
    await client.lrem(records.toKey("wait"), 1, "cut");
    await client.lpush(records.toKey("active"), "cut");
    await client.set(`${records.toKey("cut")}:lock`, "somebody", "PX", 60_000);
    let looks = 0;
    const found = {
      async find(search: { texts: readonly string[]; deadLetters: boolean; after: number }) {
        const result = await keeper.find(search);
        // Both become parts when all has been looked through once.
        if (!search.deadLetters && ++looks === 1) {
          await engine.parts.add("parts", stored(bodyOf(ANN, BOB)), { jobId: "1-0" });
          await client.del(records.toKey("waits"));
          await client.lrem(records.toKey("wait"), 1, "waits");
        }
        if (!search.deadLetters && looks === 2) {
          await engine.parts.add("parts", stored(bodyOf(ANN), { i: "record-2" }), { jobId: "2-0" });
          await client.del(records.toKey("cut"), records.toKey("active"));
        }
        return result;
      },
      get: (id: string) => keeper.get(id),
      replace: keeper.replace.bind(keeper),
    };
    expect(await eraseFrom(found, [ANN])).toBe(2);
    const left = JSON.parse((await client.hget(engine.parts.toKey("1-0"), "data")) ?? "");
    expect(left).toEqual(stored(bodyOf(BOB)));
    expect(await client.hget(engine.parts.toKey("2-0"), "data")).toBe("{}");
  });

  test("what somebody else has changed since is not replaced, though another has read it since", async () => {
    const { client, engine, keeper } = await placeIn(redis);
    await engine.parts.add("parts", stored(bodyOf(ANN, BOB)), { jobId: "1-0" });
    const job = engine.parts.toKey("1-0");
    const read = await keeper.get("parts:1-0:0");
    assert(read);
    await client.hset(job, "data", JSON.stringify(stored(bodyOf(BOB))));
    await keeper.get("parts:1-0:0");
    expect(await keeper.replace("parts:1-0:0", Buffer.from(bodyOf(ANN)), read.body)).toBe(false);
    expect(JSON.parse((await client.hget(job, "data")) ?? "")).toEqual(stored(bodyOf(BOB)));
  });

  test("a dead letter that somebody else has changed since is not removed", async () => {
    const { client, engine, keeper } = await placeIn(redis);
    const { layout } = engine;
    const hash = layout.hash("record-1");
    const data = JSON.stringify(stored(bodyOf(ANN, BOB)));
    await client.zadd(layout.letters, 1, hash);
    await client.hset(layout.letter + hash, { data, size: 1_000, position: 1, at: 1, attempts: 1 });
    const read = await keeper.get("record-1");
    assert(read);
    const changed = JSON.stringify(stored(bodyOf(BOB)));
    await client.hset(layout.letter + hash, { data: changed });
    expect(await keeper.replace("record-1", undefined, read.body)).toBe(false);
    expect(await client.hget(layout.letter + hash, "data")).toBe(changed);
    expect(await client.zcard(layout.letters)).toBe(1);
  });

  test("two erasures of one notification, and of one dead letter", async () => {
    const { client, engine, keeper, letters } = await placeIn(redis);
    await engine.parts.add("parts", stored(bodyOf(ANN, BOB)), { jobId: "1-0" });
    const letter = engine.layout.letter + engine.layout.hash("record-2");
    const data = JSON.stringify(stored(bodyOf(ANN, BOB), { i: "record-2" }));
    await client.zadd(engine.layout.letters, 1, engine.layout.hash("record-2"));
    await client.hset(letter, { data, size: 1_000, position: 1, at: 1, attempts: 1, reason: "" });
    const other = new Keeper(engine, letters, 60_000);
    await Promise.all([eraseFrom(keeper, [ANN]), eraseFrom(other, [BOB])]);
    expect(await client.hget(engine.parts.toKey("1-0"), "data")).toBe("{}");
    expect(await client.exists(letter)).toBe(0);
  });

  test("two replays of one dead letter: it is tried again once, and counted once", async () => {
    const prefix = newPrefix();
    onTestFinished(() => redis.remove(prefix));
    const options = { connection: { url: redis.url }, prefix };
    let isBroken = true;
    const { inbox, post, heard, webhooks } = await receiving(options, () => {
      if (isBroken) throw new Error("broken");
    });
    expect(await post("a")).toBe(200);
    await vi.waitFor(async () => expect(await inbox.deadLetters.list()).toHaveLength(1), 20_000);
    isBroken = false;
    const [letter] = await inbox.deadLetters.list();
    const before = heard.length;
    const replay = () => inbox.deadLetters.replay([letter?.id ?? ""]);
    expect((await Promise.all([replay(), replay()])).sort()).toEqual([0, 1]);
    await vi.waitFor(() => expect(heard).toHaveLength(before + 1), 20_000);
    await webhooks.idle();
    expect(await redis.client.hgetall(`${prefix}:totals`)).toEqual({ count: "0", bytes: "0" });
    expect(await inbox.deadLetters.list()).toEqual([]);
  });
});

describeWithRedis("a part whose end is written in two steps", (redis) => {
  test("Redis is away between them until its lock has run out, and it is held again: it is counted once", async () => {
    const { client, engine, letters } = await placeIn(redis);
    const { layout, parts } = engine;
    const part = stored(bodyOf(ANN));
    await parts.add("parts", part, { jobId: "1-0" });
    await client.rpoplpush(parts.toKey("wait"), parts.toKey("active"));
    const lock = `${parts.toKey("1-0")}:lock`;
    await client.set(lock, "token", "PX", 60_000);
    await client.hset(layout.totals, { count: 2, bytes: 2 * bodyOf(ANN).length });
    const backend = parts.getBackend();
    const run = backend.execCommand.bind(backend);
    const seen: unknown[] = [];
    vi.spyOn(backend, "execCommand").mockImplementation(async (at, name, args) => {
      if (seen.push(name) > 1) return run(at, name, args);
      await client.set(lock, "token", "PX", 60_000);
      throw new Error("away");
    });
    const deliverer = new Deliverer({
      engine,
      letters,
      deliver: async () => ({ kind: "done", completed: ["key"] }),
      rememberMs: 60_000,
      logger: silent,
      signal: new AbortController().signal,
    });
    await deliverer.handle({ job: (await parts.getJob("1-0")) as Job, token: "token" });
    expect(seen).toEqual(["moveToFinished", "moveToFinished"]);
    expect(await client.exists(parts.toKey("1-0"))).toBe(0);
    expect(await client.hgetall(layout.totals)).toEqual({
      count: "1",
      bytes: String(bodyOf(ANN).length),
    });
  });
});

describeWithRedis("a Redis that has forgotten one of two scripts", (redis) => {
  test("a part that did not get behind the one before it does not begin, and its records are cut again", async () => {
    const { client, engine } = await placeIn(redis);
    const { layout, parts, records } = engine;
    // This connection has used the one, which then is forgotten, and not the other.
    const before = await Transaction.begin(engine);
    before.add(parts, { id: "1-0", data: stored("before") });
    await before.exec();
    await records.add("records", []);
    const id = (await client.lrange(records.toKey("wait"), 0, -1))[0] ?? "";
    await client.rpoplpush(records.toKey("wait"), records.toKey("active"));
    await client.set(`${records.toKey(id)}:lock`, "token", "PX", 60_000);
    const held = { job: (await records.getJob(id)) as Job, token: "token" };
    const cut = async (): Promise<unknown> => {
      const transaction = await Transaction.begin(engine);
      transaction.add(parts, { id: "2-0", data: stored("after"), after: "1-0" });
      const behind = [parts.toKey("2-0")];
      const tails = new Map([[layout.tail("k"), "2-0"]]);
      const sealed = transaction.seal(records, held, { behind, tails, tailMs: 1_000, count: 1 });
      transaction.finish(records, sealed);
      return transaction.exec();
    };
    await client.script("FLUSH");
    await expect(cut()).rejects.toThrow("NOSCRIPT");
    expect(await client.lrange(parts.toKey("wait"), 0, -1)).toEqual(["1-0"]);
    expect(await client.llen(records.toKey("active"))).toBe(1);
    expect(await client.exists(layout.tail("k"), layout.totals)).toBe(0);
    await vi.waitFor(async () => expect(await cut()).toBeDefined(), 10_000);
    expect(await client.llen(records.toKey("active"))).toBe(0);
    expect(await client.smembers(`${parts.toKey("2-0")}:dependencies`)).toEqual([
      parts.toKey("1-0"),
    ]);
    expect(await client.hget(layout.totals, "count")).toBe("1");
  });
});
