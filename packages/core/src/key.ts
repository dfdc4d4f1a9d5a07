import { type Item, isJson, LONGEST_ID, textOf } from "./envelope/item.ts";
import { stepOf, tellsTime } from "./happening.ts";
import { fingerprint } from "./signature.ts";

/**
 * What makes two items the same event, so that duplicates are told from news: what the family's `identify` says, for a
 * profile what it came with, and for anything else its content, the number it is about and the time of its entry.
 */
export function keyOf(item: Item, data: unknown, receivedAt: number): string {
  const name = item.family?.name ?? "unknown";
  const key = `${name}:${identityOf(item, data, receivedAt)}`;
  return key.length > LONGEST_KEY ? `${name}:${fingerprint(key)}` : key;
}

/** Real ids have some 80 characters. Keys are remembered by the thousand, so nobody may make them long. */
const LONGEST_KEY = 300;

function identityOf(
  { family, kind, entry, anchor, field, account }: Item,
  data: unknown,
  receivedAt: number,
): string {
  if (isJson(data)) {
    if (anchor !== undefined)
      return `${textOf(data.user_id) ?? textOf(data.wa_id) ?? ""}:${anchor}`;
    const identity = family?.identify?.(data) ?? [];
    if (textOf(identity[0]) !== undefined)
      return `${kind === undefined ? "" : `${kind}:`}${identity.map(partOf).join(":")}`;
  }
  // Without an entry (On-Premises) nothing tells a repetition from the same thing happening again: deliver both.
  const json = toJson(data);
  const moment =
    entry === undefined
      ? String(receivedAt)
      : toJson([
          entry.id,
          account.phoneNumberId,
          entry.time ?? (tellsTime(json) ? "" : stepOf(receivedAt)),
        ]);
  return fingerprint(moment, field ?? "", json);
}

function partOf(part: unknown): string {
  if (part === undefined || part === null) return "";
  return typeof part === "object" ? fingerprint(toJson(part)) : String(part);
}

/** A value that goes into many keys: itself, or a hash where it is long. */
export function brief(value: unknown): unknown {
  if (typeof value === "string") return value.length > LONGEST_ID ? fingerprint(value) : value;
  const json = toJson(value);
  return json.length > LONGEST_ID ? fingerprint(json) : value;
}

/** JSON for hashing. What is nested too deep to be written counts by its type alone. */
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return typeof value;
  }
}

/** The keys of one body: each is given once, and to what repeats it with a number. */
export class Keys {
  /** Most bodies have one event, which needs no list. */
  #first: string | undefined;
  #counts: Map<string, number> | undefined;

  take(key: string): string {
    if (this.#first === undefined) {
      this.#first = key;
      return key;
    }
    this.#counts ??= new Map([[this.#first, 1]]);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count === 1 ? key : this.take(`${key}:${count}`);
  }
}
