import { eraseFrom } from "@whatsapp-webhooks/core";
import { expect, onTestFinished, test, vi } from "vitest";
import { Engine } from "../src/engine.ts";
import { Keeper } from "../src/keeper.ts";
import { Layout } from "../src/layout.ts";
import { Letters } from "../src/letters.ts";
import type { Stored } from "../src/stored.ts";
import { describeWithRedis, newPrefix, type SharedRedis } from "./support/redis.ts";

/** More than are looked through at one time. */
const MANY = 450;
const [ANN, BOB] = ["12125550101", "12125550102"];

const idOf = (position: number): string => `letter-${position}`;

/** Dead letters at the positions from 1 on, the last of Ann, the others of Bob. */
async function lettersIn(redis: SharedRedis) {
  const prefix = newPrefix();
  const client = redis.client.duplicate();
  const engine = await new Engine(client, new Layout(prefix)).ready();
  onTestFinished(async () => {
    await engine.close();
    client.disconnect();
    await redis.remove(prefix);
  });
  const { layout } = engine;
  const writing = client.pipeline();
  for (let position = 1; position <= MANY; position++) {
    const i = idOf(position);
    const t = JSON.stringify({ messages: [{ from: position === MANY ? ANN : BOB }] });
    const stored: Stored = { i, r: 1, a: { kind: "signature" }, t };
    const data = JSON.stringify(stored);
    writing.zadd(layout.letters, position, layout.hash(i));
    writing.hset(layout.letter + layout.hash(i), { data, size: 1, position, at: 1, attempts: 1 });
  }
  await writing.exec();
  const letters = new Letters(engine, { limitBytes: 1e9, maxAgeMs: 1_000 });
  /** These are gone when the first page has been found, and has not been read. */
  const discardMeanwhile = (ids: readonly string[]): void => {
    const find = client.zrangebyscore.bind(client) as (...args: unknown[]) => Promise<string[]>;
    vi.spyOn(client, "zrangebyscore").mockImplementationOnce(async (...args: unknown[]) => {
      const found = await find(...args);
      await letters.discard(ids);
      return found;
    });
  };
  return { letters, keeper: new Keeper(engine, letters, 60_000), discardMeanwhile };
}

describeWithRedis("dead letters of which some go while they are looked through", (redis) => {
  test("an erasure finds those behind them all the same", async () => {
    const { letters, keeper, discardMeanwhile } = await lettersIn(redis);
    discardMeanwhile([idOf(1)]);
    expect(await eraseFrom(keeper, [ANN])).toBe(1);
    expect(await letters.get(idOf(MANY))).toBeUndefined();
    expect((await letters.stats()).deadLetters).toBe(MANY - 2);
  });

  test("a list goes on behind them, though none of a page is left", async () => {
    const { letters, discardMeanwhile } = await lettersIn(redis);
    discardMeanwhile([1, 2, 3].map(idOf));
    const listed = await letters.list({ limit: 3 });
    expect(listed.map(({ id }) => id)).toEqual([4, 5, 6].map(idOf));
    expect(await letters.list({ after: MANY, limit: 3 })).toEqual([]);
  });

  test("all that are too old go at once", async () => {
    const { letters, discardMeanwhile } = await lettersIn(redis);
    discardMeanwhile([idOf(1)]);
    await letters.prune(Date.now());
    expect((await letters.stats()).deadLetters).toBe(0);
  });
});
