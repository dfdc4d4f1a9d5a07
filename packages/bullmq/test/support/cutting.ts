import type { Cut, InboxRecord } from "@whatsapp-webhooks/core";
import type { Job } from "bullmq";
import { onTestFinished, vi } from "vitest";
import { Cutter } from "../../src/cutter.ts";
import { Engine } from "../../src/engine.ts";
import { Layout } from "../../src/layout.ts";
import { toStored } from "../../src/stored.ts";
import { type Held, Transaction } from "../../src/transaction.ts";
import { newPrefix, type SharedRedis, silent } from "./redis.ts";

/** More than one step takes. */
export const MANY = 700;
export const MOST_AT_A_TIME = 256;

/** Bodies are words: a conversation and a number. */
export const cut: Cut = ({ body }) =>
  String(body)
    .split(" ")
    .map((word) => ({ conversation: word.split(".")[0] ?? "", body: Buffer.from(word) }));

export const wordsOf = (serial: number): string[] =>
  Array.from({ length: MANY }, (_, conversation) => `c${conversation}.${serial}`);

export const recordOf = (id: string, words: readonly string[]): InboxRecord => ({
  id,
  receivedAt: 1,
  auth: { kind: "signature" },
  body: Buffer.from(words.join(" ")),
});

/** Three records in a job that is held, and a cutter. */
export async function holding(redis: SharedRedis, lockMs: number) {
  const prefix = newPrefix();
  const client = redis.client.duplicate();
  const engine = await new Engine(client, new Layout(prefix)).ready();
  onTestFinished(async () => {
    client.disconnect();
    await redis.remove(prefix);
  });
  const { records, layout } = engine;
  const batch = [1, 2, 3].map((serial) => toStored(recordOf(`record-${serial}`, wordsOf(serial))));
  const bytes = batch.reduce((sum, { t = "" }) => sum + t.length, 0);
  await client.hset(layout.totals, { count: batch.length, bytes });
  await records.add("records", batch);
  const id = (await client.lrange(records.toKey("wait"), 0, -1))[0] ?? "";
  await client.rpoplpush(records.toKey("wait"), records.toKey("active"));
  await client.set(`${records.toKey(id)}:lock`, "token", "PX", lockMs);
  const held: Held = { job: (await records.getJob(id)) as Job, token: "token" };
  const cutter = new Cutter({ engine, cut, rememberMs: 60_000, logger: silent });
  /** At the nth step, before it is made. */
  const atStep = (nth: number, run: () => void): void => {
    const { note } = Transaction.prototype;
    let steps = 0;
    vi.spyOn(Transaction.prototype, "note").mockImplementation(function (
      this: Transaction,
      ...args
    ) {
      if (++steps === nth) run();
      return note.apply(this, args);
    });
  };
  return { prefix, client, engine, held, id, cutter, atStep };
}
