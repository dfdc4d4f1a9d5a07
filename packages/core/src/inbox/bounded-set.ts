/** A set that forgets its oldest members: it remembers the latest so many, and up to as many before them. */
export class BoundedSet {
  readonly #limit: number;
  /** Two lots, of which the older goes as a whole: to delete members one by one costs more than to add them. */
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(member: string): boolean {
    return this.#young.has(member) || this.#old.has(member);
  }

  /** Whether it is new. */
  add(member: string): boolean {
    if (this.#old.has(member)) return false;
    const { size } = this.#young;
    if (this.#young.add(member).size === size) return false;
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    return true;
  }
}
