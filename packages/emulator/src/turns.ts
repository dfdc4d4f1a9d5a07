/** Runs tasks one after the other, in the order they are given; each call settles as its own task does. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    // What fails is for the caller of that one; the next has its turn all the same.
    this.#last = result.catch(() => undefined);
    return result;
  }
}
