import type { DeadLetter } from "@whatsapp-webhooks/core";
import type { Engine } from "./engine.ts";
import { bytesOf, contains, type Stored } from "./stored.ts";
import { newJobId, runAlone, Transaction } from "./transaction.ts";

export interface LettersOptions {
  readonly limitBytes: number;
  readonly maxAgeMs: number;
}

export interface NewDeadLetter {
  readonly stored: Stored;
  readonly attempts: number;
  readonly reason: string;
}

/** What a letter costs beside its body. */
const LETTER_BYTES = 512;
const PAGE = 200;

/** Dead letters: jobs of no queue, kept aside until somebody looks, or they are too old or too many. */
export class Letters {
  readonly #engine: Engine;
  readonly #options: LettersOptions;

  constructor(engine: Engine, options: LettersOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Keys and arguments of `waDeadLetter` that are about the letter. */
  toAdd({ stored, attempts, reason }: NewDeadLetter): {
    readonly keys: readonly string[];
    readonly args: readonly (string | number)[];
  } {
    const { layout } = this.#engine;
    const hash = layout.hash(stored.i);
    const fields = { at: Date.now(), attempts, reason, data: JSON.stringify(stored) };
    const size = bytesOf(stored) + LETTER_BYTES;
    return {
      keys: this.#keys(hash),
      args: [hash, layout.letter, this.#options.limitBytes, size, ...Object.entries(fields).flat()],
    };
  }

  async list({
    after = 0,
    limit,
  }: {
    after?: number | undefined;
    limit: number;
  }): Promise<DeadLetter[]> {
    for (let from: number | undefined = after; from !== undefined; ) {
      const { letters, next } = await this.#page(from, limit);
      // An empty page would be the end for whoever reads on.
      if (letters.length > 0) return letters.map(({ letter }) => letter);
      from = next;
    }
    return [];
  }

  /** Those that are still there when they are read. `next` is where to go on; without it there are no more. */
  async #page(
    after: number,
    limit: number,
  ): Promise<{
    readonly letters: readonly { readonly letter: DeadLetter; readonly stored: Stored }[];
    readonly next?: number;
  }> {
    const { client, layout } = this.#engine;
    const found = await client.zrangebyscore(
      layout.letters,
      `(${after}`,
      "+inf",
      "WITHSCORES",
      "LIMIT",
      0,
      limit,
    );
    const hashes = found.filter((_, index) => index % 2 === 0);
    const fields = await Promise.all(hashes.map((hash) => client.hgetall(layout.letter + hash)));
    const letters = fields.flatMap(({ data, position, at, attempts, reason }) => {
      // It was removed meanwhile.
      if (data === undefined) return [];
      const stored = JSON.parse(data) as Stored;
      const letter = {
        id: stored.i,
        position: Number(position),
        receivedAt: stored.r,
        deadLetteredAt: Number(at),
        attempts: Number(attempts),
        reason: reason ?? "",
        bytes: bytesOf(stored),
      };
      return [{ letter, stored }];
    });
    const isLast = hashes.length < limit || hashes.length === 0;
    return { letters, ...(isLast ? {} : { next: Number(found.at(-1)) }) };
  }

  async get(id: string): Promise<Stored | undefined> {
    const data = await this.read(id);
    return data === undefined ? undefined : (JSON.parse(data) as Stored);
  }

  /** As it is kept. */
  async read(id: string): Promise<string | undefined> {
    const { client, layout } = this.#engine;
    return (await client.hget(layout.letter + layout.hash(id), "data")) ?? undefined;
  }

  /** They join their conversations at the end, as if they had just come. */
  async revive(ids: readonly string[]): Promise<number> {
    let count = 0;
    for (const id of ids) if (await this.#revive(id)) count++;
    return count;
  }

  async #revive(id: string): Promise<boolean> {
    const { layout, records } = this.#engine;
    const data = await this.read(id);
    if (data === undefined) return false;
    const { n: _n, k: _k, ...stored } = JSON.parse(data) as Stored;
    const transaction = await Transaction.begin(this.#engine);
    // One of its own for each who does the same at the same time.
    const job = newJobId();
    transaction.add(records, { id: job, data: [{ ...stored, g: 1 }] });
    const hash = layout.hash(id);
    const keys = [...this.#keys(hash), records.toKey(job), layout.totals];
    const place = transaction.run("waRevive", ...keys, hash, data, bytesOf(stored));
    return (await transaction.exec())?.[place] === 1;
  }

  async discard(ids: readonly string[]): Promise<number> {
    let count = 0;
    for (const id of ids) if (await this.remove(id)) count++;
    return count;
  }

  /** If something was read, no other. Returns whether it was there. */
  async remove(id: string, was?: string): Promise<boolean> {
    const hash = this.#engine.layout.hash(id);
    const args = [...this.#keys(hash), hash, ...(was === undefined ? [] : [was])];
    return (await runAlone(this.#engine, "waDiscard", args)) === 1;
  }

  /** Puts it in the place of what was read. Returns whether that was still there. */
  async rewrite(was: string, stored: Stored): Promise<boolean> {
    const keys = this.#keys(this.#engine.layout.hash(stored.i));
    const size = bytesOf(stored) + LETTER_BYTES;
    const args = [...keys, was, size, JSON.stringify(stored)];
    return (await runAlone(this.#engine, "waRewrite", args)) === 1;
  }

  async find(
    texts: readonly string[],
    after: number,
  ): Promise<{ readonly ids: readonly string[]; readonly next?: number }> {
    const { letters, ...next } = await this.#page(after, PAGE);
    const found = letters.filter(({ stored }) => contains(stored, texts));
    return { ids: found.map(({ letter }) => letter.id), ...next };
  }

  async stats() {
    const { client, layout } = this.#engine;
    const [deadLetters, totals] = await Promise.all([
      client.zcard(layout.letters),
      client.hgetall(layout.letterTotals),
    ]);
    return {
      deadLetters,
      deadLetterBytes: Number(totals.bytes ?? 0),
      deadLetterLimitBytes: this.#options.limitBytes,
      deadLettersDropped: Number(totals.dropped ?? 0),
    };
  }

  /** Removes those that are too old: the oldest are the first. */
  async prune(now: number): Promise<void> {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const { letters, next } = await this.#page(after, PAGE);
      const old = letters.filter(
        ({ letter }) => letter.deadLetteredAt + this.#options.maxAgeMs <= now,
      );
      await this.discard(old.map(({ letter }) => letter.id));
      after = old.length < letters.length ? undefined : next;
    }
  }

  #keys(hash: string): [string, string, string] {
    const { layout } = this.#engine;
    return [layout.letters, layout.letterTotals, layout.letter + hash];
  }
}
