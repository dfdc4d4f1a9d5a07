import { setTimeout as sleep } from "node:timers/promises";
import type { Cut, Logger, PartKeys } from "@whatsapp-webhooks/core";
import type { Batch, Engine } from "./engine.ts";
import { bytesOf, isStored, type Stored, toRecord, withBody } from "./stored.ts";
import { type Held, lockKey, release, type Sealed, Transaction } from "./transaction.ts";

export interface CutterOptions {
  /** With a connection of its own: it watches. */
  readonly engine: Engine;
  readonly cut: Cut;
  readonly rememberMs: number;
  readonly logger: Logger;
}

/** A part about to be added, with its conversation, hashed. */
interface Part {
  readonly stored: Stored;
  readonly conversation: string | undefined;
}

/** One record and what it is cut into. */
interface CutRecord {
  readonly stored: Stored;
  readonly parts: readonly Part[];
}

/** A conversation's last part is remembered so long at most. */
const TAIL_MS = 30 * 24 * 60 * 60 * 1000;
const PAUSE_MS = 500;

/**
 * The ordered step: one job of records at a time, over all processes, becomes parts, each behind the one before it in its
 * conversation. One transaction does it all and ends the job, or somebody else has the job by now.
 */
export class Cutter {
  readonly #options: CutterOptions;
  #isStopped = false;
  #isTold = false;

  constructor(options: CutterOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Puts it back before all others. */
  async release(held: Held): Promise<void> {
    const { records } = this.#options.engine;
    // If that fails, its lock runs out.
    await release(records, held, held.job.data as Batch).catch(() => {});
  }

  async handle(held: Held): Promise<void> {
    const records = this.#cutAll(held.job.data as Batch);
    while (!this.#isStopped) {
      try {
        if (await this.#commit(held, records)) return;
        this.#isTold = false;
      } catch (error) {
        if (!this.#isTold) {
          const code = error instanceof Error ? error.name : typeof error;
          this.#options.logger.error(
            { code: "inbox_failed", cause: code },
            "notifications could not be cut into conversations; it is tried again",
          );
        }
        this.#isTold = true;
        await sleep(PAUSE_MS);
      }
    }
  }

  #cutAll(batch: Batch): readonly CutRecord[] {
    if (!Array.isArray(batch)) return [];
    return (batch as Batch)
      .filter(isStored)
      .map((stored) => ({ stored, parts: this.#cut(stored) }));
  }

  #cut(stored: Stored): readonly Part[] {
    const { cut, engine } = this.#options;
    const parts = cut(toRecord(stored));
    return parts.map(({ conversation, body, keys }, index) => ({
      stored: parts.length === 1 ? stored : partOf(stored, body, `${stored.i}.${index + 1}`, keys),
      conversation: conversation === undefined ? undefined : engine.layout.hash(conversation),
    }));
  }

  /** Resolves to whether the job is no longer ours to cut. */
  async #commit(held: Held, records: readonly CutRecord[]): Promise<boolean> {
    const { engine } = this.#options;
    const { client, layout } = engine;
    const conversations = [
      ...new Set(records.flatMap(({ parts }) => parts.map(({ conversation }) => conversation))),
    ].filter((conversation) => conversation !== undefined);
    const lock = lockKey(engine.records, held.job.id ?? "");
    const seenKeys = records.map(({ stored }) => layout.seenRecord(stored.i));
    const [, token, found, ids] = await Promise.all([
      client.watch(lock),
      client.get(lock),
      mget(
        client,
        conversations.map((each) => layout.tail(each)),
      ),
      mget(client, seenKeys),
    ]);
    if (token !== held.token) {
      await client.unwatch();
      return true;
    }
    const tails = new Map<string, string>();
    conversations.forEach((conversation, index) => {
      const tail = found[index];
      if (tail !== undefined && tail !== null) tails.set(conversation, tail);
    });
    const seen = new Set(seenKeys.filter((_, index) => ids[index] !== null));
    const transaction = await Transaction.begin(engine);
    const added = this.#addAll(transaction, held.job.id ?? "", records, { tails, seen });
    transaction.finish(engine.records, transaction.seal(engine.records, held, added));
    const results = await transaction.exec();
    return results !== undefined;
  }

  #addAll(
    transaction: Transaction,
    jobId: string,
    records: readonly CutRecord[],
    { tails, seen }: { readonly tails: Map<string, string>; readonly seen: Set<string> },
  ): Sealed {
    const { engine, rememberMs } = this.#options;
    const { layout } = engine;
    const behind: string[] = [];
    const jobs: string[] = [];
    const touched = new Map<string, string>();
    const news: string[] = [];
    let count = 0;
    let bytes = 0;
    let serial = 0;
    for (const { stored, parts } of records) {
      count--;
      bytes -= bytesOf(stored);
      const key = layout.seenRecord(stored.i);
      if (stored.g === undefined) {
        if (seen.has(key)) continue;
        seen.add(key);
        news.push(key);
      }
      for (const { stored: part, conversation } of parts) {
        count++;
        bytes += bytesOf(part);
        const id = `${jobId}-${serial++}`;
        const after = conversation === undefined ? undefined : tails.get(conversation);
        const { g: _g, k: _k, ...data } = part;
        transaction.add(engine.parts, {
          id,
          after,
          data: conversation === undefined ? data : { ...data, k: conversation },
        });
        (after === undefined ? jobs : behind).push(engine.parts.toKey(id));
        if (conversation === undefined) continue;
        tails.set(conversation, id);
        touched.set(layout.tail(conversation), id);
      }
    }
    return { behind, jobs, tails: touched, tailMs: TAIL_MS, keys: news, rememberMs, count, bytes };
  }
}

function partOf(whole: Stored, body: Uint8Array, i: string, e: PartKeys | undefined): Stored {
  const part = { ...withBody(whole, body), i };
  return e === undefined ? part : { ...part, e };
}

function mget(
  client: Engine["client"],
  keys: readonly string[],
): Promise<readonly (string | null)[]> {
  return keys.length === 0 ? Promise.resolve([]) : client.mget([...keys]);
}
