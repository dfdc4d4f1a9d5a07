import type { DeadLetter, InboxRecord, Store, StoreStats } from "@whatsapp-webhooks/core";
import type { JobType, Queue } from "bullmq";
import type { Batch, Engine } from "./engine.ts";
import { RECORDS } from "./layout.ts";
import type { Letters } from "./letters.ts";
import { bytesOf, contains, isStored, type Stored, toRecord, withBody } from "./stored.ts";
import { lockKey, runAlone } from "./transaction.ts";

/** What people may look at and do. */
export type Kept = Pick<
  Store,
  "stats" | "listDeadLetters" | "get" | "revive" | "discard" | "find" | "replace"
>;

/** Jobs looked into at one time. */
const PAGE = 100;
const WAITING: JobType[] = ["wait", "delayed", "waiting-children"];
const ALL: JobType[] = [...WAITING, "active"];
/** What waits is named by its place: queue, job, and which of its records. */
const PLACE = /^(records|parts):([\w-]+):(\d+)$/;

interface Place {
  readonly name: string;
  readonly job: string;
  readonly index: number;
}

/** What is to be put in the place of one of all that are in a job, and the data that was read. */
interface Change {
  readonly was: string;
  readonly all: readonly (Stored | null)[];
  readonly stored: Stored;
  readonly next: Stored | null;
}

/** Looks into Redis, and changes what is in it, for people. What waits is found by its place, dead letters by their ids. */
export class Keeper implements Kept {
  readonly #engine: Engine;
  readonly #letters: Letters;
  readonly #rememberMs: number;
  /** What was read to be replaced, by id. */
  readonly #read = new Map<string, string>();

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

  listDeadLetters(page: {
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly DeadLetter[]> {
    return this.#letters.list(page);
  }

  async get(id: string): Promise<InboxRecord | undefined> {
    const place = placeOf(id);
    const data = place === undefined ? await this.#letters.read(id) : await this.#dataOf(place);
    const stored = storedIn(data)[place?.index ?? 0];
    if (data === undefined || !isStored(stored)) return undefined;
    this.#read.set(id, data);
    return toRecord(stored);
  }

  revive(ids: readonly string[]): Promise<number> {
    return this.#letters.revive(ids);
  }

  discard(ids: readonly string[]): Promise<number> {
    return this.#letters.discard(ids);
  }

  /**
   * All that waits at once: it may be cut meanwhile, so records are looked through before parts; and those that are being
   * cut, too, or else what they become would be found by nobody.
   */
  async find({
    texts,
    deadLetters,
    after,
  }: {
    readonly texts: readonly string[];
    readonly deadLetters: boolean;
    readonly after: number;
  }): Promise<{ readonly ids: readonly string[]; readonly next?: number }> {
    this.#read.clear();
    if (deadLetters) return this.#letters.find(texts, after);
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

  /**
   * In what {@link get} returned, or not at all: a retry, or somebody else, may have written it anew. What is removed from a
   * job leaves an empty place: a part must stay in its chain.
   */
  async replace(id: string, body: Uint8Array | undefined, from: Uint8Array): Promise<boolean> {
    const was = this.#read.get(id);
    this.#read.delete(id);
    const place = placeOf(id);
    const all = storedIn(was);
    const stored = all[place?.index ?? 0];
    if (was === undefined || !isStored(stored)) return false;
    // Another caller may have read it since, as it is by now.
    if (Buffer.compare(toRecord(stored).body, from) !== 0) return false;
    const next = body === undefined ? null : withBody(stored, body);
    if (place !== undefined) return this.#replaceIn(place, { was, all, stored, next });
    return next === null ? this.#letters.remove(id, was) : this.#letters.rewrite(was, next);
  }

  async #replaceIn(
    { name, job, index }: Place,
    { was, all, stored, next }: Change,
  ): Promise<boolean> {
    const { layout } = this.#engine;
    const queue = this.#queue(name);
    const data = name === RECORDS ? all.with(index, next) : (next ?? {});
    const keys = [queue.toKey(job), lockKey(queue, job), layout.totals];
    if (next === null) keys.push(layout.seenRecord(stored.i));
    const done = await runAlone(this.#engine, "waReplace", [
      keys.length,
      ...keys,
      was,
      JSON.stringify(data),
      next === null ? -1 : 0,
      (next === null ? 0 : bytesOf(next)) - bytesOf(stored),
      this.#rememberMs,
    ]);
    return done === 1;
  }

  #queue(name: string): Queue {
    return name === RECORDS ? this.#engine.records : this.#engine.parts;
  }

  async *#jobsOf(queue: Queue): AsyncGenerator<readonly [string, readonly (Stored | null)[]]> {
    const states = queue.name === RECORDS ? ALL : WAITING;
    const ids = (await queue.getRanges(states, 0, -1, true)).flat();
    for (let start = 0; start < ids.length; start += PAGE) {
      for (const job of ids.slice(start, start + PAGE))
        yield [job, storedIn(await this.#dataOf({ name: queue.name, job }))];
    }
  }

  async #dataOf({ name, job }: Pick<Place, "name" | "job">): Promise<string | undefined> {
    return (await this.#engine.client.hget(this.#queue(name).toKey(job), "data")) ?? undefined;
  }
}

function placeOf(id: string): Place | undefined {
  const [, name, job, index] = PLACE.exec(id) ?? [];
  return name === undefined || job === undefined ? undefined : { name, job, index: Number(index) };
}

/** A letter and a part are one, a job of records is several. */
function storedIn(data: string | undefined): readonly (Stored | null)[] {
  if (data === undefined) return [];
  const parsed: unknown = JSON.parse(data);
  return (Array.isArray(parsed) ? parsed : [parsed]) as Batch;
}
