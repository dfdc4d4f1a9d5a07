import { type Job, Worker } from "bullmq";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { Cutter } from "../src/cutter.ts";
import { Engine } from "../src/engine.ts";
import { Layout } from "../src/layout.ts";
import type { Stored } from "../src/stored.ts";
import { finish, type Held, Transaction } from "../src/transaction.ts";
import { describeWithRedis, newPrefix, type SharedRedis, silent } from "./support/redis.ts";

const BODY = "12345";

/** A job of one record, and who cuts it. */
async function recordIn(redis: SharedRedis, more: Pick<Stored, "g"> = {}) {
  const prefix = newPrefix();
  const client = redis.client.duplicate({ maxRetriesPerRequest: null });
  const engine = await new Engine(client, new Layout(prefix)).ready();
  const { records, parts, layout } = engine;
  const worker = new Worker("records", null, {
    connection: client,
    prefix,
    autorun: false,
    lockDuration: 60_000,
    stalledInterval: 1,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  });
  onTestFinished(async () => {
    await worker.close(true);
    await engine.close();
    client.disconnect();
    await redis.remove(prefix);
  });
  const stored: Stored = { i: "record", r: 1, a: { kind: "signature" }, t: BODY, ...more };
  await records.add("records", [stored], { jobId: "job" });
  await client.hset(layout.totals, { count: 1, bytes: BODY.length });
  const take = async (token: string): Promise<Held> => ({
    job: (await worker.getNextJob(token, { block: false })) as Job,
    token,
  });
  const one = [{ conversation: "c", body: Buffer.from(BODY) }];
  const cutter = new Cutter({ engine, cut: () => one, rememberMs: 60_000, logger: silent });
  const cut = (held: Held): Promise<void> => cutter.handle(held);
  /** Jobs without a lock go back. A look takes what the one before it saw, too. */
  const look = async (): Promise<void> => {
    await vi.waitFor(async () => {
      await worker.getBackend().moveStalledJobsToWait();
      expect(await client.llen(records.toKey("active"))).toBe(0);
    }, 10_000);
  };
  /** Of its last step all but the end happens, and nobody hears of that before this has happened, too. */
  const breakOff = (meanwhile: () => Promise<void>): void => {
    const { exec } = Transaction.prototype;
    vi.spyOn(Transaction.prototype, "finish").mockImplementationOnce(() => {});
    vi.spyOn(Transaction.prototype, "exec").mockImplementationOnce(async function (
      this: Transaction,
    ) {
      await exec.call(this);
      await meanwhile();
      throw new Error("away");
    });
  };
  return { client, layout, records, parts, take, cutter, cut, look, breakOff };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describeWithRedis("a job of records whose last step happened, but for its end", (redis) => {
  test("since it had gone back when its lock was taken again: it is cut once, and counted once", async () => {
    const { client, layout, records, parts, take, cut, look } = await recordIn(redis);
    const first = await take("first");
    await client.del(`${records.toKey("job")}:lock`);
    await look();
    await cut(first);
    expect(await client.lrange(records.toKey("wait"), 0, -1)).toEqual(["job"]);
    await cut(await take("second"));
    expect(await client.exists(records.toKey("job"))).toBe(0);
    expect(await client.lrange(parts.toKey("wait"), 0, -1)).toEqual(["job-0"]);
    expect(await client.hgetall(layout.totals)).toEqual({
      count: "1",
      bytes: String(BODY.length),
    });
  });

  test("since that script alone was forgotten: it is ended at once, and counted once", async () => {
    const { client, layout, records, take, cut } = await recordIn(redis);
    // It was here before, so that nothing else is in the last step.
    await client.set(layout.seenRecord("record"), 1);
    const held = await take("first");
    // This connection has used it, and not the others.
    await finish(records, { job: held.job, token: "another" });
    await client.script("FLUSH");
    await cut(held);
    expect(await client.exists(records.toKey("job"))).toBe(0);
    expect(await client.hgetall(layout.totals)).toEqual({ count: "0", bytes: "0" });
  });

  test.each([
    ["a new record", {}],
    ["a record that was here before", { g: 1 }],
  ] as const)(
    "and who had it takes it again (%s): it is cut once, counted once, and waits for nobody",
    async (_, more) => {
      const { client, layout, records, parts, take, cut, breakOff } = await recordIn(redis, more);
      const held = await take("first");
      breakOff(async () => {
        await client.del(`${records.toKey("job")}:lock`);
      });
      await cut(held);
      expect(await client.exists(records.toKey("job"))).toBe(0);
      expect(await client.lrange(parts.toKey("wait"), 0, -1)).toEqual(["job-0"]);
      expect(await client.exists(`${parts.toKey("job-0")}:dependencies`)).toBe(0);
      expect(await client.hgetall(layout.totals)).toEqual({
        count: "1",
        bytes: String(BODY.length),
      });
    },
  );

  test("and who had it puts it back: nothing is left in it", async () => {
    const { client, records, take, cutter, breakOff } = await recordIn(redis);
    const held = await take("first");
    breakOff(async () => {
      // It ran out, and was taken again.
      await client.set(`${records.toKey("job")}:lock`, "first");
      cutter.stop();
    });
    await cutter.handle(held);
    expect(await client.lrange(records.toKey("wait"), 0, -1)).toEqual(["job"]);
    expect(await client.hget(records.toKey("job"), "data")).toBe("[]");
  });
});
