import { setTimeout as sleep } from "node:timers/promises";
import type { Deliver, Delivery, Logger, Outcome } from "@whatsapp-webhooks/core";
import type { Engine } from "./engine.ts";
import type { Letters } from "./letters.ts";
import { bytesOf, isStored, type Stored, toRecord } from "./stored.ts";
import { type Held, lockKey, sealedOf, Transaction } from "./transaction.ts";

export interface DelivererOptions {
  readonly engine: Engine;
  readonly letters: Letters;
  readonly deliver: Deliver;
  readonly rememberMs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** After a delivery that ended without an outcome. */
const REDELIVERY_MS = 1_000;
const PAUSE_MS = 200;

/** Hands parts over, and carries out what is to become of them: each outcome is one transaction. */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #underWay = new Map<Held, Stored>();

  constructor(options: DelivererOptions) {
    this.#options = options;
  }

  /** Parts that are not settled. */
  get size(): number {
    return this.#underWay.size;
  }

  async handle(held: Held): Promise<void> {
    const { engine } = this.#options;
    const stored: unknown = held.job.data;
    if (!isStored(stored as Stored)) {
      await this.#until(held, (transaction) => transaction.finish(engine.parts, held));
      return;
    }
    const part = stored as Stored;
    this.#underWay.set(held, part);
    const outcome = await this.#deliver(part);
    // It may have been let go of meanwhile.
    if (!this.#underWay.has(held)) return;
    await this.#settle(held, part, outcome);
    this.#underWay.delete(held);
  }

  /** Puts it back as it was. */
  async release(held: Held): Promise<void> {
    const { engine } = this.#options;
    await this.#until(held, (transaction) =>
      transaction.release(engine.parts, held, held.job.data as object),
    );
  }

  /** Puts back what is under way, whatever becomes of its handlers. */
  async releaseAll(): Promise<void> {
    const all = [...this.#underWay.keys()];
    this.#underWay.clear();
    await Promise.all(all.map((held) => this.release(held)));
  }

  async #deliver(part: Stored): Promise<Outcome> {
    const { deliver, logger, signal } = this.#options;
    const completed = part.c ?? [];
    const delivery: Delivery = {
      attempt: (part.n ?? 0) + 1,
      completed,
      signal,
      seen: (keys) => this.#seen(keys),
    };
    try {
      return await deliver(toRecord(part), delivery);
    } catch (error) {
      const message = "a notification could not be handed over; it comes again";
      logger.error({ code: "inbox_failed", err: error }, message);
      return {
        kind: "retry",
        completed,
        delayMs: REDELIVERY_MS,
        reason: "the delivery failed",
        holds: true,
      };
    }
  }

  async #seen(keys: readonly string[]): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return new Set();
    const { client, layout } = this.#options.engine;
    const found = await client.mget(keys.map((key) => layout.seenEvent(key)));
    return new Set(keys.filter((_, index) => found[index] !== null));
  }

  /** Of what was lost meanwhile nothing changes, except that what was completed is remembered. */
  async #settle(held: Held, part: Stored, outcome: Outcome): Promise<void> {
    const { engine, letters, rememberMs } = this.#options;
    const { layout } = engine;
    const attempts = part.n ?? 0;
    const c = [...new Set([...(part.c ?? []), ...outcome.completed])];
    const comesAgain = outcome.kind === "retry" && outcome.holds !== true;
    await this.#until(held, async (transaction) => {
      // What comes again as a record cannot be taken back.
      const isLost = comesAgain && !(await this.#holds(held));
      const done = outcome.completed.map((key) => layout.seenEvent(key));
      transaction.remember(done, rememberMs);
      if (isLost) return;
      if (outcome.kind === "release")
        return transaction.release(engine.parts, held, { ...part, c });
      const next = { ...part, c, n: attempts + 1 };
      if (outcome.kind === "retry" && !comesAgain)
        return transaction.delay(engine.parts, held, outcome.delayMs, next);
      let last = held;
      if (outcome.kind === "bury") {
        const { reason } = outcome;
        const stored = { ...part, c };
        last = letters.bury(transaction, held, { stored, attempts: attempts + 1, reason });
      }
      if (outcome.kind === "retry") {
        // It leaves its conversation, and joins it again at its end.
        const id = `${held.job.id}-r${attempts + 1}`;
        const { delayMs } = outcome;
        transaction.add(engine.records, { id, data: [{ ...next, g: 1 }], delayMs });
        last = transaction.seal(engine.parts, held, { jobs: [engine.records.toKey(id)] });
      }
      this.#leave(transaction, last, part, outcome.kind === "retry" ? 0 : 1);
      transaction.finish(engine.parts, sealedOf(held));
    });
  }

  /** See {@link Transaction.seal}. */
  #leave(transaction: Transaction, held: Held, part: Stored, count: 0 | 1): void {
    const { layout, parts } = this.#options.engine;
    const id = held.job.id ?? "";
    transaction.run(
      "waLeave",
      lockKey(parts, id),
      layout.totals,
      layout.tail(part.k ?? ""),
      held.token,
      sealedOf(held).token,
      id,
      count,
      count * bytesOf(part),
    );
  }

  async #holds({ job, token }: Held): Promise<boolean> {
    const { client, parts } = this.#options.engine;
    return (await client.get(lockKey(parts, job.id ?? ""))) === token;
  }

  /** Until Redis has answered, or there is nobody any more to tell. */
  async #until(held: Held, end: (transaction: Transaction) => void | Promise<void>): Promise<void> {
    const { engine, logger } = this.#options;
    for (let isTold = false; ; ) {
      try {
        const transaction = await Transaction.begin(engine);
        await end(transaction);
        await transaction.exec();
        return;
      } catch (error) {
        if (engine.client.status === "end") return;
        if (!isTold) {
          const code = error instanceof Error ? error.name : typeof error;
          const message = "what became of a notification could not be written; it is tried again";
          logger.error({ code: "inbox_failed", cause: code, attempt: held.job.data?.n }, message);
        }
        isTold = true;
        await sleep(PAUSE_MS);
      }
    }
  }
}
