import type { DeadLetter } from "@whatsapp-webhooks/core";
import type { Engine } from "./engine.ts";
import { bytesOf, contains, type Stored } from "./stored.ts";
import { type Held, lockKey, sealedOf, Transaction } from "./transaction.ts";

export interface LettersOptions {
  readonly limitBytes: number;
  readonly maxAgeMs: number;
}

interface Burial {
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

  /** If the part is still held. Returns what then holds it, see {@link Transaction.seal}. */
  bury(transaction: Transaction, held: Held, { stored, attempts, reason }: Burial): Held {
    const { layout, parts } = this.#engine;
    const sealed = sealedOf(held);
    const hash = layout.hash(stored.i);
    const fields = { at: Date.now(), attempts, reason, data: JSON.stringify(stored) };
    transaction.run(
      "waBury",
      ...this.#keys(hash),
      lockKey(parts, held.job.id ?? ""),
      held.token,
      sealed.token,
      hash,
      layout.letter,
      this.#options.limitBytes,
      bytesOf(stored) + LETTER_BYTES,
      ...Object.entries(fields).flat(),
    );
    return sealed;
  }

  async list({ after = 0, limit }: { after?: number; limit: number }): Promise<DeadLetter[]> {
    const { client, layout } = this.#engine;
    const hashes = await client.zrangebyscore(
      layout.letters,
      `(${after}`,
      "+inf",
      "LIMIT",
      0,
      limit,
    );
    const letters = await Promise.all(hashes.map((hash) => client.hgetall(layout.letter + hash)));
    return letters.flatMap(({ data, position, at, attempts, reason }) => {
      // It was removed meanwhile.
      if (data === undefined) return [];
      const stored = JSON.parse(data) as Stored;
      return [
        {
          id: stored.i,
          position: Number(position),
          receivedAt: stored.r,
          buriedAt: Number(at),
          attempts: Number(attempts),
          reason: reason ?? "",
          bytes: bytesOf(stored),
        },
      ];
    });
  }

  async get(id: string): Promise<Stored | undefined> {
    const { client, layout } = this.#engine;
    const data = await client.hget(layout.letter + layout.hash(id), "data");
    return data === null ? undefined : (JSON.parse(data) as Stored);
  }

  /** They join their conversations at the end, as if they had just come. */
  async revive(ids: readonly string[]): Promise<number> {
    let count = 0;
    for (const id of ids) {
      const { client, layout } = this.#engine;
      const hash = layout.hash(id);
      const { data, position } = await client.hgetall(layout.letter + hash);
      if (data === undefined) continue;
      const { n: _n, k: _k, ...stored } = JSON.parse(data) as Stored;
      const transaction = await Transaction.begin(this.#engine);
      // Whoever does the same at the same time adds the same job.
      const job = `l${position}`;
      transaction.add(this.#engine.records, { id: job, data: [{ ...stored, g: 1 }] });
      transaction.account(1, bytesOf(stored));
      transaction.run("waDiscard", ...this.#keys(hash), hash, this.#engine.records.toKey(job));
      await transaction.exec();
      count++;
    }
    return count;
  }

  async discard(ids: readonly string[]): Promise<number> {
    let count = 0;
    for (const id of ids) {
      const hash = this.#engine.layout.hash(id);
      const transaction = await Transaction.begin(this.#engine);
      const place = transaction.run("waDiscard", ...this.#keys(hash), hash);
      count += Number((await transaction.exec())?.[place]);
    }
    return count;
  }

  /** Returns whether it is there. */
  async rewrite(stored: Stored): Promise<boolean> {
    const hash = this.#engine.layout.hash(stored.i);
    const transaction = await Transaction.begin(this.#engine);
    const size = bytesOf(stored) + LETTER_BYTES;
    const data = JSON.stringify(stored);
    const place = transaction.run("waRewrite", ...this.#keys(hash), size, "data", data);
    return (await transaction.exec())?.[place] === 1;
  }

  async find(
    texts: readonly string[],
    after: number,
  ): Promise<{ readonly ids: readonly string[]; readonly next?: number }> {
    const page = await this.list({ after, limit: PAGE });
    const ids: string[] = [];
    for (const { id } of page) {
      const stored = await this.get(id);
      if (stored !== undefined && contains(stored, texts)) ids.push(id);
    }
    const last = page.at(-1)?.position;
    return { ids, ...(last === undefined || page.length < PAGE ? {} : { next: last }) };
  }

  async stats() {
    const { client, layout } = this.#engine;
    const [buried, totals] = await Promise.all([
      client.zcard(layout.letters),
      client.hgetall(layout.letterTotals),
    ]);
    return {
      buried,
      buriedBytes: Number(totals.bytes ?? 0),
      buriedLimitBytes: this.#options.limitBytes,
      buriedDropped: Number(totals.dropped ?? 0),
    };
  }

  /** Removes those that are too old: the oldest are the first. */
  async prune(now: number): Promise<void> {
    for (;;) {
      const page = await this.list({ limit: PAGE });
      const old = page.filter(({ buriedAt }) => buriedAt + this.#options.maxAgeMs <= now);
      await this.discard(old.map(({ id }) => id));
      if (old.length < PAGE) return;
    }
  }

  #keys(hash: string): [string, string, string] {
    const { layout } = this.#engine;
    return [layout.letters, layout.letterTotals, layout.letter + hash];
  }
}
