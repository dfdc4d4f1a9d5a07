/**
 * JSON may cost a thousand times what its bytes let expect: `[[[[…` has a level in each byte, `[0,0,…` an item in every two.
 * The platform sends some ten levels, some dozens of values in an item and an item in some hundreds of bytes. What is far
 * beyond would stop the event loop for seconds, or fill the memory, of everybody in this process.
 */
export const MOST_LEVELS = 1_000;
/** Values in one item that are checked against its schema. */
export const MOST_VALUES = 10_000;

const FEW_ITEMS = 16;
export const BYTES_PER_ITEM = 64;

/** How many items a body of so many bytes may have. */
export function mostItemsIn(bytes: number): number {
  return FEW_ITEMS + Math.floor(bytes / BYTES_PER_ITEM);
}

/** Texts that are too short to be dense, as nearly all are: they are not looked through. */
const NEVER_TOO_DENSE = 4 * MOST_LEVELS;

const [QUOTE, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  34, 91, 92, 93, 123, 125,
];

/** Whether a JSON text has more levels than {@link MOST_LEVELS}; told before it is parsed, which cannot be interrupted. */
export function isTooDeep(json: string): boolean {
  return json.length > NEVER_TOO_DENSE && new LevelCount().isTooMany(json);
}

/** Counts the levels of a JSON text that comes in pieces. */
export class LevelCount {
  #depth = 0;
  #isInText = false;
  /** The last character of the piece before was a backslash. */
  #isEscaped = false;

  /** Takes the next piece of the text: are there more levels than {@link MOST_LEVELS} by now? */
  isTooMany(piece: string): boolean {
    let depth = this.#depth;
    let isInText = this.#isInText;
    let i = this.#isEscaped ? 1 : 0;
    for (; i < piece.length; i++) {
      const code = piece.charCodeAt(i);
      if (code === QUOTE) isInText = !isInText;
      else if (isInText) i += code === BACKSLASH ? 1 : 0;
      else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
      else if ((code === OPEN_LIST || code === OPEN_OBJECT) && ++depth > MOST_LEVELS) return true;
    }
    this.#depth = depth;
    this.#isInText = isInText;
    this.#isEscaped = i > piece.length;
    return false;
  }
}

/** Whether there are more values than {@link MOST_VALUES} in this one, at any level. */
export function isTooWide(value: unknown): boolean {
  const open = [value];
  let count = 0;
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    const parts = Array.isArray(next) ? next : Object.values(next);
    count += parts.length;
    if (count > MOST_VALUES) return true;
    for (const part of parts) open.push(part);
  }
  return false;
}
