/** How long work may keep the event loop in one turn, and how much longer for each piece that waits. */
const SLICE_MS = 1;
const SLICE_MS_PER_WAITING = 1 / 256;

/**
 * Work that no request waits for, a slice of time in each turn of the event loop, so that requests are answered in
 * between. Something slow has a turn to itself, many quick things share one, and slices grow with what waits: otherwise
 * a busy server would take in more than it ever hands on.
 */
export class Turns {
  readonly #onTurn: () => void;
  #next: NodeJS.Immediate | undefined;
  #until = 0;

  constructor(onTurn: () => void) {
    this.#onTurn = onTurn;
  }

  /** Has `onTurn` called in the next turn. */
  wake(): void {
    this.#next ??= setImmediate(() => {
      this.#next = undefined;
      this.#onTurn();
    });
  }

  /** Whether one more piece of work may begin in this turn; the first always may. If not, `onTurn` is called again. */
  hasTime(waiting: number): boolean {
    const now = performance.now();
    if (this.#next !== undefined) return now < this.#until;
    this.#until = now + SLICE_MS + waiting * SLICE_MS_PER_WAITING;
    this.wake();
    return true;
  }
}
