/**
 * Chance that can be repeated. Each draw depends on the seed and on what it is for (`draw("duplicate", "1-17")`), and on
 * nothing else: in which order answers come in from the network changes nothing.
 *
 * The name is hashed to 32 bits (FNV-1a, then the finisher of MurmurHash 3), which start a mulberry32 generator. Good
 * enough for weather and ids, and for nothing secret.
 */
export interface Random {
  readonly seed: string;
  /** A number from 0 up to, but not including, 1. */
  draw(...what: readonly (string | number)[]): number;
  bytes(count: number, ...what: readonly (string | number)[]): Buffer;
}

export function seededRandom(seed: string): Random {
  const generator = (what: readonly (string | number)[]) =>
    mulberry32(hash([seed, ...what].join("\u0000")));
  return {
    seed,
    draw: (...what) => generator(what)() / 2 ** 32,
    bytes(count, ...what) {
      const next = generator(what);
      return Buffer.from(Array.from({ length: count }, () => next() >>> 24));
    },
  };
}

function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++)
    state = Math.imul(state ^ text.charCodeAt(i), 0x01000193) >>> 0;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Unsigned 32-bit numbers. */
function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
