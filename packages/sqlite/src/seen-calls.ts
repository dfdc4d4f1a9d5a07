type Ask = (keys: readonly string[]) => Promise<readonly string[]>;

interface Batch {
  readonly keys: string[];
  readonly answer: Promise<ReadonlySet<string>>;
}

/** Joins the questions that come while one is on its way into the next one. */
export class SeenCalls {
  readonly #ask: Ask;
  #next: Batch | undefined;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Which of these keys, and perhaps of others, were seen. */
  ask(keys: readonly string[]): Promise<ReadonlySet<string>> {
    this.#next ??= this.#begin();
    for (const key of keys) this.#next.keys.push(key);
    return this.#next.answer;
  }

  #begin(): Batch {
    const keys: string[] = [];
    const answer = this.#underWay.then(async () => {
      this.#next = undefined;
      return new Set(await this.#ask(keys));
    });
    // The questions after a failed one are none the worse for it.
    this.#underWay = answer.catch(() => {});
    return { keys, answer };
  }
}
