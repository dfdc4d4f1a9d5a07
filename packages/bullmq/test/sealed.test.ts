import { type Job, Worker } from "bullmq";
import { expect, onTestFinished, test, vi } from "vitest";
import { Cutter } from "../src/cutter.ts";
import { Engine } from "../src/engine.ts";
import { Layout } from "../src/layout.ts";
import type { Stored } from "../src/stored.ts";
import { finish, type Held } from "../src/transaction.ts";
import { describeWithRedis, newPrefix, type SharedRedis, silent } from "./support/redis.ts";

const BODY = "12345";

/** A job of one record, and who cuts it. */
async function recordIn(redis: SharedRedis) {
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
  const stored: Stored = { i: "record", r: 1, a: { kind: "signature" }, t: BODY };
  await records.add("records", [stored], { jobId: "job" });
  await client.hset(layout.totals, { count: 1, bytes: BODY.length });
  const take = async (token: string): Promise<Held> => ({
    job: (await worker.getNextJob(token, { block: false })) as Job,
    token,
  });
  const cut = async (held: Held): Promise<void> => {
    const one = [{ conversation: "c", body: Buffer.from(BODY) }];
    await new Cutter({ engine, cut: () => one, rememberMs: 60_000, logger: silent }).handle(held);
  };
  /** Jobs without a lock go back. A look takes what the one before it saw, too. */
  const look = async (): Promise<void> => {
    await vi.waitFor(async () => {
      await worker.getBackend().moveStalledJobsToWait();
      expect(await client.llen(records.toKey("active"))).toBe(0);
    }, 10_000);
  };
  return { client, layout, records, parts, take, cut, look };
}

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
});
