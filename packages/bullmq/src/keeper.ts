import type { DeadLetter, InboxRecord, Store, StoreStats } from "@whatsapp-webhooks/core";
import type { JobType, Queue } from "bullmq";
import type { Batch, Engine } from "./engine.ts";
import type { Letters } from "./letters.ts";
import { bytesOf, contains, isStored, type Stored, toRecord, withBody } from "./stored.ts";
import { Transaction } from "./transaction.ts";

/** What people may look at and do. */
export type Kept = Pick<
  Store,
  "stats" | "listBuried" | "get" | "revive" | "discard" | "find" | "replace"
>;

/** Jobs looked into at one time. */
const PAGE = 100;
const WAITING: JobType[] = ["wait", "delayed", "waiting-children"];
const ALL: JobType[] = [...WAITING, "active"];
/** What waits is named by its place: queue, job, and which of its records. */
const PLACE = /^(records|parts):([\w-]+):(\d+)$/;

/** Looks into Redis, and changes what is in it, for people. What waits is found by its place, what is buried by its id. */
export class Keeper implements Kept {
  readonly #engine: Engine;
  readonly #letters: Letters;
  readonly #rememberMs: number;

  constructor(engine: Engine, letters: Letters, rememberMs: number) {
    this.#engine = engine;
    this.#letters = letters;
    this.#rememberMs = rememberMs;
  }

  async stats(): Promise<StoreStats> {
    const { client, layout } = this.#engine;
    const [totals, letters, oldest] = await Promise.all([
      client.hgetall(layout.totals),
      this.#letters.stats(),
      this.#oldest(),
    ]);
    return {
      waiting: Math.max(0, Number(totals.count ?? 0)),
      waitingBytes: Math.max(0, Number(totals.bytes ?? 0)),
      ...letters,
      ...(oldest === undefined ? {} : { oldestReceivedAt: oldest }),
    };
  }

  /** Of the first in each state, which is nearly the oldest. */
  async #oldest(): Promise<number | undefined> {
    const { records, parts } = this.#engine;
    const times: number[] = [];
    for (const queue of [records, parts] as readonly Queue[]) {
      for (const state of ALL) {
        for (const job of await queue.getJobs([state], 0, 0, true)) {
          for (const stored of [job?.data].flat()) if (isStored(stored)) times.push(stored.r);
        }
      }
    }
    return times.length === 0 ? undefined : Math.min(...times);
  }

  listBuried(page: {
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly DeadLetter[]> {
    return this.#letters.list(page);
  }

  async get(id: string): Promise<InboxRecord | undefined> {
    const [, name, job, index] = PLACE.exec(id) ?? [];
    const stored =
      job === undefined
        ? await this.#letters.get(id)
        : (await this.#storedIn(this.#queue(name), job))[Number(index)];
    return isStored(stored) ? toRecord(stored) : undefined;
  }

  revive(ids: readonly string[]): Promise<number> {
    return this.#letters.revive(ids);
  }

  discard(ids: readonly string[]): Promise<number> {
    return this.#letters.discard(ids);
  }

  /** All that waits at once: it may be cut meanwhile, so records are looked through before parts. */
  async find({
    texts,
    buried,
    after,
  }: {
    readonly texts: readonly string[];
    readonly buried: boolean;
    readonly after: number;
  }): Promise<{ readonly ids: readonly string[]; readonly next?: number }> {
    if (buried) return this.#letters.find(texts, after);
    const ids: string[] = [];
    for (const queue of [this.#engine.records, this.#engine.parts] as readonly Queue[]) {
      for await (const [job, all] of this.#jobsOf(queue)) {
        all.forEach((stored, index) => {
          if (isStored(stored) && contains(stored, texts))
            ids.push(`${queue.name}:${job}:${index}`);
        });
      }
    }
    return { ids };
  }

  /** What is removed from a job leaves an empty place: a part must stay in its chain. */
  async replace(id: string, body: Uint8Array | undefined): Promise<boolean> {
    const [, name, job, index] = PLACE.exec(id) ?? [];
    if (job === undefined) {
      const letter = await this.#letters.get(id);
      if (letter === undefined) return false;
      if (body === undefined) return (await this.#letters.discard([id])) > 0;
      return this.#letters.rewrite(withBody(letter, body));
    }
    const queue = this.#queue(name);
    const all = await this.#storedIn(queue, job);
    const stored = all[Number(index)];
    if (!isStored(stored)) return false;
    const next = body === undefined ? null : withBody(stored, body);
    const data =
      name === "records" ? all.with(Number(index), next) : (next ?? ({} as Record<string, never>));
    try {
      await (await queue.getJob(job))?.updateData(data);
    } catch {
      // It has just been handled.
      return false;
    }
    const transaction = await Transaction.begin(this.#engine);
    if (body === undefined)
      transaction.remember([this.#engine.layout.seenRecord(stored.i)], this.#rememberMs);
    const bytes = next === null ? 0 : bytesOf(next);
    transaction.account(next === null ? -1 : 0, bytes - bytesOf(stored));
    await transaction.exec();
    return true;
  }

  #queue(name: string | undefined): Queue {
    return name === "records" ? this.#engine.records : this.#engine.parts;
  }

  async *#jobsOf(queue: Queue): AsyncGenerator<readonly [string, readonly (Stored | null)[]]> {
    const ids = (await queue.getRanges(WAITING, 0, -1, true)).flat();
    for (let start = 0; start < ids.length; start += PAGE) {
      for (const id of ids.slice(start, start + PAGE)) yield [id, await this.#storedIn(queue, id)];
    }
  }

  async #storedIn(queue: Queue, job: string): Promise<readonly (Stored | null)[]> {
    const data = await this.#engine.client.hget(queue.toKey(job), "data");
    if (data === null) return [];
    const parsed: unknown = JSON.parse(data);
    return (Array.isArray(parsed) ? parsed : [parsed]) as Batch;
  }
}
