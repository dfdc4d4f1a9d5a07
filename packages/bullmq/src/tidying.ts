import { DeadLetterWatch, type Logger } from "@whatsapp-webhooks/core";
import type { Engine } from "./engine.ts";
import type { Letters } from "./letters.ts";
import { runAlone } from "./transaction.ts";

const TIDY_MS = 60_000;
/** What nobody of ours puts there: jobs that BullMQ itself gave up. */
const MOST_FAILED = 1_000;

/** Once in a while: dead letters that are too old go, people are told of those that will have to, and counts are put right. */
export class Tidying {
  readonly #engine: Engine;
  readonly #letters: Letters;
  readonly #logger: Logger;
  readonly #watch = new DeadLetterWatch();
  readonly #timer: NodeJS.Timeout;

  constructor(engine: Engine, letters: Letters, logger: Logger) {
    this.#engine = engine;
    this.#letters = letters;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.tidy(), TIDY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Scripts forgotten in the middle of a write may have left something miscounted, though no crash can. Where nothing is left, nothing is counted. */
  async #settleTotals(): Promise<void> {
    const { records, parts, layout } = this.#engine;
    const keys = (states: readonly string[]): string[] =>
      [records, parts].flatMap((queue) => states.map((state) => queue.toKey(state)));
    const lists = keys(["wait", "active"]);
    const all = [layout.totals, ...lists, ...keys(["delayed", "waiting-children"])];
    await runAlone(this.#engine, "waSettleTotals", [all.length, ...all, lists.length]);
  }

  /** Once in a while, and for tests. */
  async tidy(): Promise<void> {
    try {
      await this.#letters.prune(Date.now());
      this.#watch.check(await this.#letters.stats(), this.#logger);
      for (const queue of [this.#engine.records, this.#engine.parts])
        await queue.retryJobs({ state: "failed", count: MOST_FAILED });
      await this.#settleTotals();
    } catch {
      // It can wait: what fails here shows at the next write, too.
    }
  }
}
