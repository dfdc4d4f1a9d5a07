import type { Outcome } from "@whatsapp-webhooks/core";
import type { Job } from "bullmq";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { Deliverer } from "../src/deliverer.ts";
import { Engine } from "../src/engine.ts";
import { Layout } from "../src/layout.ts";
import { Letters } from "../src/letters.ts";
import type { Stored } from "../src/stored.ts";
import { finish, type Held, Transaction } from "../src/transaction.ts";
import { describeWithRedis, newPrefix, type SharedRedis, silent } from "./support/redis.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const part: Stored = { i: "record", r: 1, a: { kind: "signature" }, t: "12345" };
/** As a record, after one attempt. */
const again = { ...part, n: 1, c: [], g: 1 };

/** A part that is held, and who is about to say that it is to be tried again, behind the others of its conversation. */
async function partIn(redis: SharedRedis) {
  const prefix = newPrefix();
  const client = redis.client.duplicate();
  const engine = await new Engine(client, new Layout(prefix)).ready();
  const other = redis.client.duplicate();
  const seeds = await new Engine(other, new Layout(prefix)).ready();
  onTestFinished(async () => {
    await Promise.all([engine.close(), seeds.close()]);
    client.disconnect();
    other.disconnect();
    await redis.remove(prefix);
  });
  const { records, parts, layout } = engine;
  await seeds.parts.add("parts", part, { jobId: "part" });
  await other.hset(layout.totals, { count: 1, bytes: 5 });
  const take = async (token: string): Promise<Held> => {
    await other.rpoplpush(parts.toKey("wait"), parts.toKey("active"));
    await other.set(`${parts.toKey("part")}:lock`, token, "PX", 60_000);
    return { job: (await seeds.parts.getJob("part")) as Job, token };
  };
  const deliver = vi.fn(
    async (): Promise<Outcome> => ({
      kind: "retry",
      completed: [],
      delayMs: 60_000,
      reason: "no",
    }),
  );
  const deliverer = new Deliverer({
    engine,
    letters: new Letters(engine, { limitBytes: 1e9, maxAgeMs: 1e9 }),
    deliver,
    rememberMs: 60_000,
    logger: silent,
    signal: new AbortController().signal,
  });
  /** What of it is where: as it is as a part, and as records. */
  const found = async () => {
    const batches = (await seeds.records.getJobs()).flatMap(({ data }) => data);
    const data = await other.hget(parts.toKey("part"), "data");
    return {
      part: data === null ? undefined : (JSON.parse(data) as unknown),
      records: batches.filter((stored) => stored !== null),
      totals: await other.hgetall(layout.totals),
    };
  };
  const totals = { count: "1", bytes: "5" };
  return { client, records, parts, other, take, deliver, deliverer, found, totals };
}

describeWithRedis("a part that leaves its conversation for its retry", (redis) => {
  test("is there once, as the record that it becomes", async () => {
    const { take, deliverer, found, totals } = await partIn(redis);
    await deliverer.handle(await take("token"));
    expect(await found()).toEqual({ part: undefined, records: [again], totals });
  });

  test("and is let go of in that moment, as its process closes: it is there once, as it was", async () => {
    const { take, parts, other, deliverer, found, totals } = await partIn(redis);
    const { begin } = Transaction;
    vi.spyOn(Transaction, "begin").mockImplementationOnce(async (engine) => {
      await deliverer.releaseAll();
      return begin(engine);
    });
    await deliverer.handle(await take("token"));
    expect(await found()).toEqual({ part, records: [], totals });
    expect(await other.lrange(parts.toKey("wait"), 0, -1)).toEqual(["part"]);
  });

  test("when Redis has forgotten the script alone that ends it: it is there once", async () => {
    const { take, parts, client, other, deliverer, found, totals } = await partIn(redis);
    const held = await take("token");
    // This connection has used it, and not the others.
    await finish(parts, { job: held.job, token: "another" });
    await client.script("FLUSH");
    await deliverer.handle(held);
    expect(await found()).toEqual({ part: undefined, records: [again], totals });
    expect(await other.exists(`${parts.toKey("part")}:lock`, parts.toKey("active"))).toBe(0);
  });

  test("and whose process dies before it is ended: nothing is left in it for whoever has it then", async () => {
    const { take, deliver, deliverer, found, totals } = await partIn(redis);
    vi.spyOn(Transaction.prototype, "finish").mockImplementationOnce(() => {});
    await deliverer.handle(await take("token"));
    expect(await found()).toEqual({ part: {}, records: [again], totals });
    await deliverer.handle(await take("another"));
    expect(deliver).toHaveBeenCalledTimes(1);
    expect(await found()).toEqual({ part: undefined, records: [again], totals });
  });

  test("and whose lock ran out before it is ended, and was taken again: it does not come twice", async () => {
    const { take, other, parts, deliverer, found, totals } = await partIn(redis);
    const { exec } = Transaction.prototype;
    vi.spyOn(Transaction.prototype, "finish").mockImplementationOnce(() => {});
    vi.spyOn(Transaction.prototype, "exec").mockImplementationOnce(async function (
      this: Transaction,
    ) {
      await exec.call(this);
      await other.set(`${parts.toKey("part")}:lock`, "token", "PX", 60_000);
      throw new Error("away");
    });
    await deliverer.handle(await take("token"));
    expect(await found()).toEqual({ part: undefined, records: [again], totals });
  });
});
