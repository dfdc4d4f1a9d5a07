import { once } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { Transaction } from "../src/transaction.ts";
import { holding, MANY, MOST_AT_A_TIME } from "./support/cutting.ts";
import { describeWithRedis } from "./support/redis.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describeWithRedis("a job that is being cut", (redis) => {
  test("that somebody else has by now is left to them", async () => {
    const { cutter, client, atStep, held, engine, id } = await holding(redis, 60_000);
    const { records, parts } = engine;
    const lock = `${records.toKey(id)}:lock`;
    let taken: Promise<unknown> | undefined;
    // After it has looked who holds it, and before anything is added.
    atStep(2, () => {
      taken = redis.client.set(lock, "another", "PX", 60_000);
    });
    const { exec } = Transaction.prototype;
    vi.spyOn(Transaction.prototype, "exec").mockImplementation(async function (this: Transaction) {
      await taken;
      return exec.call(this);
    });
    await cutter.handle(held);
    expect(taken).toBeDefined();
    expect(await client.llen(parts.toKey("wait"))).toBe(MOST_AT_A_TIME);
    expect(await client.get(lock)).toBe("another");
    expect(await client.lrange(records.toKey("active"), 0, -1)).toEqual([id]);
  });

  test.each([
    ["another is there", "ready"],
    ["none is there yet", "reconnecting"],
  ])(
    "that somebody else has by now is left to them, though the connection that watched it has ended, and %s",
    async (_, event) => {
      const { cutter, client, held, engine, id } = await holding(redis, 60_000);
      const lock = `${engine.records.toKey(id)}:lock`;
      const { begin } = Transaction;
      vi.spyOn(Transaction, "begin")
        .mockImplementationOnce(begin)
        .mockImplementationOnce(async () => {
          await redis.client.set(lock, "another", "PX", 60_000);
          client.disconnect(true);
          await once(client, event);
          return begin(engine);
        });
      await cutter.handle(held);
      expect(await client.llen(engine.parts.toKey("wait"))).toBe(MOST_AT_A_TIME);
      expect(await client.get(lock)).toBe("another");
    },
  );

  test("whose lock runs out between two steps is taken again, if nobody else has it", async () => {
    const { cutter, client, atStep, held, engine, id } = await holding(redis, 60_000);
    const { records, parts } = engine;
    let gone: Promise<unknown> | undefined;
    atStep(2, () => {
      gone = redis.client.del(`${records.toKey(id)}:lock`);
    });
    const { exec } = Transaction.prototype;
    vi.spyOn(Transaction.prototype, "exec").mockImplementation(async function (this: Transaction) {
      await gone;
      return exec.call(this);
    });
    await cutter.handle(held);
    expect(gone).toBeDefined();
    expect(await client.exists(records.toKey(id))).toBe(0);
    expect(await client.llen(parts.toKey("wait"))).toBe(MANY);
    expect(await client.zcard(parts.toKey("waiting-children"))).toBe(2 * MANY);
  });

  test("that somebody else had and left while this process stood still is taken again as they left it", async () => {
    const { cutter, client, held, engine, id } = await holding(redis, 60_000);
    const { records, parts } = engine;
    const { exec } = Transaction.prototype;
    vi.spyOn(Transaction.prototype, "exec").mockImplementationOnce(async function (
      this: Transaction,
    ) {
      const results = await exec.call(this);
      // Sealed, and not ended.
      await client.hset(records.toKey(id), "data", "[]");
      await client.del(`${records.toKey(id)}:lock`);
      const now = performance.now.bind(performance);
      vi.spyOn(performance, "now").mockImplementation(() => now() + 10_000);
      return results;
    });
    await cutter.handle(held);
    expect(await client.exists(records.toKey(id))).toBe(0);
    expect(await client.llen(parts.toKey("wait"))).toBe(MOST_AT_A_TIME);
    expect(await client.exists(parts.toKey("waiting-children"))).toBe(0);
  });
});
