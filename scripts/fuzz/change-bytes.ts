import type { Random } from "./random.ts";

/** Bytes that mean something: no UTF-8, a byte order mark, a surrogate as UTF-8, JSON's own, ends of lines. */
const ODD = [
  [0x00],
  [0xff],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xef, 0xbb, 0xbf],
  [0xf0, 0x9f, 0x92],
  [0x80],
  [0x0d, 0x0a],
  [0x22],
  [0x5c],
  [0x5b],
  [0x5d],
  [0x7b],
  [0x7d],
  [0x2c],
  [0x3a],
  [0x30],
].map((bytes) => Uint8Array.from(bytes));

/** The bytes with something changed in them, without a thought for what they mean. */
export function changeBytes(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(random.pick([1, 8, Math.max(1, bytes.length >> 2)]));
  const until = Math.min(bytes.length, at + length);
  const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
  const [before, rest] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(8)) {
    case 0:
      return before;
    case 1:
      return joined(before, bytes.subarray(until));
    case 2:
      return joined(before, random.pick(ODD), rest);
    case 3:
      return joined(before, random.pick(ODD), bytes.subarray(Math.min(bytes.length, at + 1)));
    case 4:
      return joined(before, bytes.subarray(at, until), rest);
    case 5:
      return joined(random.isHit(0.5) ? (ODD[4] ?? before) : bytes.subarray(at, until), bytes);
    case 6:
      return joined(before, other.subarray(random.below(other.length + 1)));
    default: {
      const changed = Uint8Array.from(bytes);
      const place = Math.min(at, bytes.length - 1);
      if (place >= 0) changed[place] = (changed[place] ?? 0) ^ (1 << random.below(8));
      return changed;
    }
  }
}
