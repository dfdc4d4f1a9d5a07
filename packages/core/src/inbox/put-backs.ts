/** How long a record rests: what could not be handed over may not be so at once again. */
const REST_MS = 1_000;

/** Records whose delivery ended without an outcome. They are put back in a while: no handler ran, so that is no attempt. */
export class PutBacks {
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();

  later(putBack: () => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      putBack();
    }, REST_MS);
    this.#waiting.set(timer, putBack);
  }

  /** Puts all of them back now. */
  flush(): void {
    for (const [timer, putBack] of this.#waiting) {
      clearTimeout(timer);
      putBack();
    }
    this.#waiting.clear();
  }
}
