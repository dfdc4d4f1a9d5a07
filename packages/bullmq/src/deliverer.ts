import { setTimeout as sleep } from "node:timers/promises";
import type { Deliver, Delivery, Logger, Outcome } from "@whatsapp-webhooks/core";
import type { Engine } from "./engine.ts";
import type { Letters, NewDeadLetter } from "./letters.ts";
import { bytesOf, isStored, type Stored, toRecord } from "./stored.ts";
import {
  delay,
  finish,
  type Held,
  lockKey,
  newJobId,
  release,
  runAlone,
  sealedOf,
  Transaction,
} from "./transaction.ts";

export interface DelivererOptions {
  readonly engine: Engine;
  readonly letters: Letters;
  readonly deliver: Deliver;
  readonly rememberMs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** After a delivery that ended without an outcome, which is no attempt: no handler failed. */
const REDELIVERY_MS = 1_000;
const PAUSE_MS = 200;

/**
 * Hands parts over, and carries out what is to become of them. What of it is done is remembered first or with it, so that a
 * part that comes again in between costs nothing but time.
 */
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
      await this.#until(held, () => finish(engine.parts, held));
      return;
    }
    const part = stored as Stored;
    this.#underWay.set(held, part);
    const outcome = await this.#deliver(part);
    // It may have been let go of meanwhile.
    if (!this.#underWay.has(held)) return;
    if (outcome === undefined)
      await this.#until(held, () => delay(engine.parts, held, REDELIVERY_MS, part));
    else await this.#settle(held, part, outcome);
    this.#underWay.delete(held);
  }

  /** Puts it back as it was. */
  async release(held: Held): Promise<void> {
    const { parts } = this.#options.engine;
    await this.#until(held, () => release(parts, held, held.job.data as object));
  }

  /** Puts back what is under way, whatever becomes of its handlers. */
  async releaseAll(): Promise<void> {
    const all = [...this.#underWay.keys()];
    this.#underWay.clear();
    await Promise.all(all.map((held) => this.release(held)));
  }

  /** Resolves to undefined if it could not be handed over. */
  async #deliver(part: Stored): Promise<Outcome | undefined> {
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
      return undefined;
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
    const { parts, layout } = this.#options.engine;
    const attempts = (part.n ?? 0) + 1;
    const c = [...new Set([...(part.c ?? []), ...outcome.completed])];
    const done = outcome.completed.map((key) => layout.seenEvent(key));
    await this.#until(held, async () => {
      switch (outcome.kind) {
        case "done":
          return this.#end(held, part, done);
        case "dead_letter":
          return this.#end(held, part, done, {
            stored: { ...part, c },
            attempts,
            reason: outcome.reason,
          });
        case "release":
          await this.#remember(done);
          return release(parts, held, { ...part, c });
        case "retry":
          await this.#remember(done);
          return outcome.holds === true
            ? delay(parts, held, outcome.delayMs, { ...part, c, n: attempts })
            : this.#comeAgain(held, { ...part, c, n: attempts }, outcome.delayMs);
      }
    });
  }

  async #remember(keys: readonly string[]): Promise<void> {
    const { engine, rememberMs } = this.#options;
    if (keys.length > 0) await runAlone(engine, "waRemember", [keys.length, ...keys, rememberMs]);
  }

  /** Two steps, since a full Redis takes no transaction. Between them there is a part with nothing left in it. */
  async #end(
    held: Held,
    part: Stored,
    done: readonly string[],
    given?: NewDeadLetter,
  ): Promise<void> {
    const { engine, letters, rememberMs } = this.#options;
    const { layout, parts } = engine;
    const id = held.job.id ?? "";
    const letter = given === undefined ? undefined : letters.toAdd(given);
    const keys = [
      lockKey(parts, id),
      parts.toKey(id),
      layout.totals,
      layout.tail(part.k ?? ""),
      ...(letter?.keys ?? []),
      ...done,
    ];
    const sealed = sealedOf(held);
    const isHeld = await runAlone(engine, letter === undefined ? "waEnd" : "waDeadLetter", [
      keys.length,
      ...keys,
      held.token,
      sealed.token,
      id,
      rememberMs,
      bytesOf(part),
      ...(letter?.args ?? []),
    ]);
    if (isHeld === 1) await finish(parts, sealed);
  }

  /**
   * It leaves its conversation, and joins it again at its end, as a record. That is added with nothing in it, and gets what is
   * in the part if this is still held then: it may be let go of, or lost, at any moment.
   */
  async #comeAgain(held: Held, part: Stored, delayMs: number): Promise<void> {
    const { engine } = this.#options;
    const { parts, records } = engine;
    const id = held.job.id ?? "";
    const lock = lockKey(parts, id);
    const sealed = sealedOf(held);
    const holder = await engine.client.get(lock);
    // All of it happened, but for the end.
    if (holder === sealed.token) return finish(parts, sealed);
    // A record of nothing would do no harm, but would wait.
    if (holder !== held.token) return;
    const transaction = await Transaction.begin(engine);
    // One of its own for each try: what is there with nothing in it may be being cut.
    const record = newJobId();
    transaction.add(records, { id: record, data: [null], delayMs });
    const keys = [lock, parts.toKey(id), records.toKey(record)];
    const data = JSON.stringify([{ ...part, g: 1 }]);
    transaction.run("waComeAgain", ...keys, held.token, sealed.token, data);
    transaction.finish(parts, sealed);
    await transaction.exec();
  }

  /** Until Redis has answered, or there is nobody any more to tell. */
  async #until(held: Held, end: () => Promise<void>): Promise<void> {
    const { engine, logger } = this.#options;
    for (let isTold = false; ; ) {
      try {
        await end();
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
