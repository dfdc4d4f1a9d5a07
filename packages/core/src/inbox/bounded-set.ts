/** A set that forgets its oldest members beyond a number. */
export class BoundedSet {
  readonly #members = new Set<string>();
  /** In the order of coming, as a ring: to look for the oldest in the set itself takes the longer the more were deleted. */
  readonly #ring: string[] = [];
  readonly #limit: number;
  #oldest = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(member: string): boolean {
    return this.#members.has(member);
  }

  add(member: string): void {
    const { size } = this.#members;
    if (this.#members.add(member).size === size) return;
    if (this.#ring.length < this.#limit) {
      this.#ring.push(member);
      return;
    }
    this.#members.delete(this.#ring[this.#oldest] ?? "");
    this.#ring[this.#oldest] = member;
    this.#oldest = (this.#oldest + 1) % this.#limit;
  }
}
