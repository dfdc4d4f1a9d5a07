import { randomInt } from "node:crypto";

/**
 * A set of texts that forgets its oldest members: it remembers the latest so many, and up to as many before them. Of each it
 * keeps 64 bits and not the text: a hundred thousand keys then take 2 MB, which no garbage collector looks at, instead of 15.
 * That two texts are taken for one happens once in some hundred million million additions, and nobody can bring it about.
 */
export class BoundedSet {
  readonly #limit: number;
  /** Two lots, of which the older goes as a whole: to delete members one by one costs more than to add them. */
  #young = new Hashes();
  #old = new Hashes();

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(member: string): boolean {
    const hash = hashOf(member);
    return this.#young.has(hash) || this.#old.has(hash);
  }

  /** Whether it is new. */
  add(member: string): boolean {
    const hash = hashOf(member);
    if (this.#old.has(hash) || !this.#young.add(hash)) return false;
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Hashes(this.#old.places);
    }
    return true;
  }
}

interface Hash {
  low: number;
  high: number;
}

/**
 * The seeds of this process: without them nobody can look for two texts with one hash. Drawn for the first text, as workers
 * have no random numbers before their first request.
 */
let seeds: Readonly<Hash> | undefined;
const hash: Hash = { low: 0, high: 0 };

/** Two hashes that have nothing in common but the text. Always the same object, to be used at once. */
function hashOf(text: string): Readonly<Hash> {
  seeds ??= { low: randomInt(2 ** 32), high: randomInt(2 ** 32) };
  let { low, high } = seeds;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(((low << 5) | (low >>> 27)) ^ code, 0x9e3779b1);
    high = Math.imul(((high << 13) | (high >>> 19)) ^ code, 0x85ebca77);
  }
  low = Math.imul(low ^ (high >>> 15), 0xc2b2ae3d);
  high = Math.imul(high ^ (low >>> 13), 0x27d4eb2f);
  hash.low = (low ^ (high >>> 16)) >>> 0;
  // Nothing at all is what an empty place has.
  hash.high = (high ^ (hash.low >>> 15)) >>> 0 || 1;
  return hash;
}

const FEWEST_PLACES = 1_024;

/** Hashes in one table of numbers: where one should be, or in the next place that was free. */
class Hashes {
  size = 0;
  places: number;
  /** Low and high half of each. */
  #table: Uint32Array;

  /** `places` is a power of two; more are made when half of them are taken. */
  constructor(places = FEWEST_PLACES) {
    this.places = places;
    this.#table = new Uint32Array(2 * places);
  }

  has({ low, high }: Readonly<Hash>): boolean {
    return this.#table[2 * this.#find(low, high) + 1] !== 0;
  }

  /** Whether it is new. */
  add({ low, high }: Readonly<Hash>): boolean {
    const place = this.#find(low, high);
    if (this.#table[2 * place + 1] !== 0) return false;
    this.#table[2 * place] = low;
    this.#table[2 * place + 1] = high;
    if (++this.size > this.places / 2) this.#grow();
    return true;
  }

  /** Its place, or the empty one where it would go. */
  #find(low: number, high: number): number {
    const table = this.#table;
    const last = this.places - 1;
    let place = low & last;
    while (table[2 * place + 1] !== 0) {
      if (table[2 * place] === low && table[2 * place + 1] === high) return place;
      place = (place + 1) & last;
    }
    return place;
  }

  #grow(): void {
    const old = this.#table;
    this.places *= 2;
    this.#table = new Uint32Array(2 * this.places);
    for (let i = 0; i < old.length; i += 2) {
      const low = old[i] ?? 0;
      const high = old[i + 1] ?? 0;
      if (high === 0) continue;
      const place = this.#find(low, high);
      this.#table[2 * place] = low;
      this.#table[2 * place + 1] = high;
    }
  }
}
