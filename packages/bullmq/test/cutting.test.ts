import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { BullmqInbox } from "../src/bullmq-inbox.ts";
import { Transaction } from "../src/transaction.ts";
import { cut, holding, MANY, MOST_AT_A_TIME, recordOf, wordsOf } from "./support/cutting.ts";
import { describeWithRedis, newPrefix, type SharedRedis, silent } from "./support/redis.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is delivered, in order. */
async function workingOn(redis: SharedRedis, prefix: string) {
  const options = { connection: { url: redis.url }, prefix, logger: silent };
  const inbox = new BullmqInbox({ ...options, role: "work" });
  onTestFinished(() => inbox.close());
  const delivered: string[] = [];
  await inbox.consume(
    async ({ body }) => {
      delivered.push(String(body));
      return { kind: "done", completed: [] };
    },
    { logger: silent, cut, concurrency: 64 },
  );
  return { inbox, delivered };
}

async function settled(redis: SharedRedis, prefix: string): Promise<void> {
  await vi.waitFor(async () => {
    expect(await redis.client.hgetall(`${prefix}:totals`)).toEqual({ count: "0", bytes: "0" });
    const lists = ["wait", "active"].flatMap((state) =>
      ["records", "parts"].map((queue) => `${prefix}:${queue}:${state}`),
    );
    expect(await redis.client.exists(...lists, `${prefix}:parts:waiting-children`)).toBe(0);
  }, 60_000);
}

/** Words of each conversation, as they came. */
function byConversation(words: readonly string[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const word of words) {
    const [conversation = "", serial = ""] = word.split(".");
    all.set(conversation, [...(all.get(conversation) ?? []), serial]);
  }
  return all;
}

/** Parts added in each transaction. */
function watchSteps(): number[] {
  const { add, exec } = Transaction.prototype;
  const counts: number[] = [];
  let count = 0;
  vi.spyOn(Transaction.prototype, "add").mockImplementation(function (
    this: Transaction,
    queue,
    job,
  ) {
    if (queue.name === "parts") count++;
    add.call(this, queue, job);
  });
  vi.spyOn(Transaction.prototype, "exec").mockImplementation(function (this: Transaction) {
    if (count > 0) counts.push(count);
    count = 0;
    return exec.call(this);
  });
  return counts;
}

/** It dies in the third step. Returns when that has not happened. */
async function dyingOver(redis: SharedRedis) {
  const place = await holding(redis, 3_000);
  const { cutter, client, atStep, held, engine, id } = place;
  atStep(3, () => {
    cutter.stop();
    client.disconnect();
  });
  await cutter.handle(held);
  vi.restoreAllMocks();
  const job = engine.records.toKey(id);
  expect(JSON.parse((await redis.client.hget(job, "progress")) ?? "")).toMatchObject({
    record: 0,
    part: 2 * MOST_AT_A_TIME,
    serial: 2 * MOST_AT_A_TIME,
  });
  expect(await redis.client.llen(engine.parts.toKey("wait"))).toBe(2 * MOST_AT_A_TIME);
  return { ...place, job };
}

describeWithRedis("a job with more parts than are written at one time", (redis) => {
  test("is cut in steps: all of it is delivered once, in the order of each conversation, duplicates are none", async () => {
    const prefix = newPrefix();
    onTestFinished(() => redis.remove(prefix));
    const web = new BullmqInbox({
      connection: { url: redis.url },
      prefix,
      role: "receive",
      logger: silent,
    });
    onTestFinished(() => web.close());
    const [first, second] = [recordOf("first", wordsOf(1)), recordOf("second", wordsOf(2))];
    const other = recordOf("other", ["other.1"]);
    await Promise.all([first, first, second, first, other].map((record) => web.put(record)));
    const counts = watchSteps();
    const { delivered } = await workingOn(redis, prefix);
    await settled(redis, prefix);
    expect(delivered).toHaveLength(2 * MANY + 1);
    for (const [conversation, serials] of byConversation(delivered))
      expect(serials).toEqual(conversation === "other" ? ["1"] : ["1", "2"]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(2 * MANY + 1);
    expect(Math.max(...counts)).toBe(MOST_AT_A_TIME);
    // It is known when it comes later, too, and what follows it goes on.
    await Promise.all([first, second, recordOf("third", wordsOf(3))].map((each) => web.put(each)));
    await vi.waitFor(() => expect(delivered.length).toBe(3 * MANY + 1), 60_000);
    await settled(redis, prefix);
    expect(delivered.slice(2 * MANY + 1).sort()).toEqual(wordsOf(3).sort());
  }, 120_000);

  test("whose worker dies between two steps: another goes on there, nothing is lost, nothing comes twice, in order", async () => {
    const { prefix } = await dyingOver(redis);
    const { delivered } = await workingOn(redis, prefix);
    await settled(redis, prefix);
    expect(delivered).toHaveLength(3 * MANY);
    const all = byConversation(delivered);
    expect(all.size).toBe(MANY);
    for (const serials of all.values()) expect(serials).toEqual(["1", "2", "3"]);
  }, 120_000);

  test("from which something is erased after that: what was not is delivered, and in order", async () => {
    const { prefix, job } = await dyingOver(redis);
    const [whole, ...rest] = JSON.parse((await redis.client.hget(job, "data")) ?? "");
    const left = { ...whole, t: wordsOf(1).slice(10).join(" ") };
    const totals = `${prefix}:totals`;
    await redis.client.hset(job, "data", JSON.stringify([left, null, ...rest.slice(1)]));
    const gone = whole.t.length - left.t.length + rest[0].t.length;
    await redis.client.hincrby(totals, "bytes", -gone);
    await redis.client.hincrby(totals, "count", -1);
    const { delivered } = await workingOn(redis, prefix);
    await settled(redis, prefix);
    const all = byConversation(delivered);
    expect(all.size).toBe(MANY);
    for (const serials of all.values()) expect([...new Set(serials)]).toEqual(["1", "3"]);
    // What was there before comes once more, behind itself.
    expect(delivered.filter((word) => word.endsWith(".3"))).toHaveLength(MANY);
  }, 120_000);

  test("whose worker closes between two steps is given back at once, as far as it is", async () => {
    const { prefix, cutter, client, atStep, held, engine, id } = await holding(redis, 60_000);
    atStep(2, () => cutter.stop());
    await cutter.handle(held);
    vi.restoreAllMocks();
    const { records, parts } = engine;
    expect(await client.lrange(records.toKey("wait"), 0, -1)).toEqual([id]);
    expect(await client.exists(`${records.toKey(id)}:lock`)).toBe(0);
    expect(await client.llen(parts.toKey("wait"))).toBe(2 * MOST_AT_A_TIME);
    const { delivered } = await workingOn(redis, prefix);
    await settled(redis, prefix);
    expect(delivered).toHaveLength(3 * MANY);
    for (const serials of byConversation(delivered).values())
      expect(serials).toEqual(["1", "2", "3"]);
  }, 120_000);

  test("notes and counts a step once, though its connection ends and brings it twice", async () => {
    const { client, engine, held, id } = await holding(redis, 60_000);
    const first = { record: 0, part: 256, serial: 256 };
    const second = { record: 1, part: 0, serial: 700 };
    const count = async (): Promise<number> =>
      Number(await client.hget(engine.layout.totals, "count"));
    const before = await count();
    const step = async (from: object | undefined, to: object): Promise<unknown> => {
      const transaction = await Transaction.begin(engine);
      const place = transaction.note(engine.records, held, { count: 5 }, { from, to });
      return (await transaction.exec())?.[place];
    };
    expect([await step(undefined, first), await step(undefined, first)]).toEqual([1, 0]);
    expect([await step(first, second), await step(first, second)]).toEqual([1, 0]);
    expect(await count()).toBe(before + 10);
    expect(await client.hget(engine.records.toKey(id), "progress")).toBe(JSON.stringify(second));
  });
});
