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
    if (this.#members.has(member)) return;
    this.#members.add(member);
    if (this.#ring.length < this.#limit) {
      this.#ring.push(member);
      return;
    }
    this.#members.delete(this.#ring[this.#oldest] ?? "");
    this.#ring[this.#oldest] = member;
    this.#oldest = (this.#oldest + 1) % this.#limit;
  }
}
