import { type Place, placesOf, put, remove, toText, toTree } from "./json-tree.ts";

/** Enough for any finding. */
const MOST_TRIES = 2_000;
/** A finding that something hangs takes seconds to be shown once, and is to be told soon all the same. */
const LONGEST_MS = 60_000;

/** A smaller input that still shows the same, as far as one is found within these limits. */
export async function minimised(
  input: Uint8Array,
  isStillThere: (less: Uint8Array) => Promise<boolean>,
  longestMs = LONGEST_MS,
): Promise<Uint8Array> {
  const end = performance.now() + longestMs;
  let tries = 0;
  let smallest = input;
  const isSmaller = async (less: Uint8Array): Promise<boolean> => {
    if (less.byteLength >= smallest.byteLength) return false;
    if (tries++ >= MOST_TRIES || performance.now() > end) return false;
    if (!(await isStillThere(less))) return false;
    smallest = less;
    return true;
  };
  await withoutPlaces(() => smallest, isSmaller);
  await withoutBytes(() => smallest, isSmaller);
  return smallest;
}

/** Takes parts of the JSON away, or puts less in their place, until none can go. */
async function withoutPlaces(
  smallest: () => Uint8Array,
  isSmaller: (less: Uint8Array) => Promise<boolean>,
): Promise<void> {
  const ways: readonly ((place: Place) => void)[] = [
    remove,
    (place) => put(place, { kind: "leaf", text: "0" }),
    (place) => put(place, { kind: "leaf", text: '""' }),
  ];
  for (let index = 1; ; ) {
    let isGone = false;
    let count = 0;
    for (const way of ways) {
      const tree = toTree(Buffer.from(smallest()).toString());
      if (tree === undefined) return;
      const places = placesOf(tree);
      count = places.length;
      const place = places[index];
      if (place === undefined) break;
      way(place);
      isGone = await isSmaller(Buffer.from(toText(tree)));
      if (isGone) break;
    }
    // What comes next has moved to this place.
    if (!isGone) index++;
    if (index >= count) return;
  }
}

/** Takes bytes away: halves, quarters, and so on. */
async function withoutBytes(
  smallest: () => Uint8Array,
  isSmaller: (less: Uint8Array) => Promise<boolean>,
): Promise<void> {
  for (let size = smallest().byteLength >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < smallest().byteLength; ) {
      const now = smallest();
      const less = Buffer.concat([now.subarray(0, at), now.subarray(at + size)]);
      if (!(await isSmaller(less))) at += size;
    }
  }
}
