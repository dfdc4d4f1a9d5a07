import type { Logger } from "../logger.ts";
import type { StoreStats } from "./store.ts";

/** People are told when dead letters take so much of their room, and once more when it fell below and came back. */
export const FULL = 0.8;

type DeadLetterCounts = Pick<
  StoreStats,
  "deadLetters" | "deadLetterBytes" | "deadLetterLimitBytes" | "deadLettersDropped"
>;

/**
 * Tells people of dead letters that will have to give way, while they can still be looked at.
 * @internal
 */
export class DeadLetterWatch {
  #isTold = false;
  #dropped: number | undefined;

  /** To be called now and then with what the store says of itself. Warns once, until there is room again; removals are errors. */
  check(
    { deadLetters, deadLetterBytes, deadLetterLimitBytes, deadLettersDropped }: DeadLetterCounts,
    logger: Logger,
  ): void {
    const counts = { deadLetters, deadLetterBytes, deadLetterLimitBytes };
    const isFull = deadLetterBytes >= FULL * (deadLetterLimitBytes ?? Number.POSITIVE_INFINITY);
    if (isFull && !this.#isTold) {
      logger.warn(
        counts,
        "dead letters are running out of room: the oldest will be removed. Replay or discard them, or give them more.",
      );
    }
    this.#isTold = isFull;
    const dropped = deadLettersDropped - (this.#dropped ?? deadLettersDropped);
    if (dropped > 0) {
      logger.error({ ...counts, dropped }, "dead letters were removed: there was no room for them");
    }
    this.#dropped = deadLettersDropped;
  }
}
