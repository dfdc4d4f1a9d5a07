/**
 * What a slow reader still has to be told: of each thing its newest state alone, and of many things the newest ones. So it
 * cannot grow, however slow the reader is.
 */
export class Mailbox<Content> {
  readonly #limit: number;
  readonly #waiting = new Map<string, Content>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** What waits under this key already is replaced, in its place: things stay in the order in which they began. */
  put(key: string, content: Content): void {
    this.#waiting.set(key, content);
    if (this.#waiting.size > this.#limit) this.take();
  }

  /** The oldest. */
  take(): Content | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    this.#waiting.delete(first[0]);
    return first[1];
  }
}
