// Tolerant readers: both APIs answer numbers as strings at times, and leave out what they please.

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** The objects of a list; anything else in it is left out. */
export function readList(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function readText(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function readNumber(value: unknown): number | undefined {
  const isNumeric = typeof value === "string" && /^\s*-?\d+(\.\d+)?\s*$/.test(value);
  const number = isNumeric ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

export function readBoolean(value: unknown): boolean | undefined {
  if (value === "true") return true;
  if (value === "false") return false;
  return typeof value === "boolean" ? value : undefined;
}

/** The value of a JSON text. An empty one is `null`, and what is not JSON is `undefined`. */
export function readJson(text: string): unknown {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The same object without what is undefined. */
export function present<T extends object>(
  object: {
    [K in keyof T]: T[K] | undefined;
  },
): { [K in keyof T]?: Exclude<T[K], undefined> };
export function present(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
