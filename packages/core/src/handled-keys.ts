import { BoundedSet } from "./inbox/bounded-set.ts";

const JUST_SETTLED = 10_000;

/**
 * Keys of events that succeeded here and that the inbox may not tell of yet: because other events of their record go on,
 * or because it is still writing them down.
 */
export class HandledKeys {
  readonly #unsettled = new Set<string>();
  readonly #settled = new BoundedSet(JUST_SETTLED);
  #changes = 0;

  /** Grows with every key: while it is the same, no answer of `has` has changed to true. */
  get changes(): number {
    return this.#changes;
  }

  has(key: string): boolean {
    return this.#unsettled.has(key) || this.#settled.has(key);
  }

  /** Its record goes on with other events. */
  add(key: string): void {
    this.#unsettled.add(key);
    this.#changes++;
  }

  /** The record of these keys goes to the inbox now. */
  settle(keys: readonly string[]): void {
    for (const key of keys) {
      this.#unsettled.delete(key);
      this.#settled.add(key);
    }
    this.#changes += keys.length;
  }
}
