/** An object as it stands in a body. */
export interface Json {
  [property: string]: unknown;
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list; a body may hold odd neighbours on purpose. */
export function objectsOf(list: unknown): Json[] {
  return Array.isArray(list) ? list.filter(isJson) : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * JSON the way the Cloud API writes it: ASCII only, what is beyond as UTF-16 units in lower-case hex, and a backslash
 * before each slash. The signature is made over these bytes.
 */
export function toCloudJson(value: unknown): string {
  return JSON.stringify(value).replace(/\/|[\u0080-\uffff]/g, (unit) =>
    unit === "/" ? "\\/" : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** JSON the way the On-Premises client writes it: keys in alphabetical order, everything else as UTF-8. */
export function toSortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isJson(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : Number(a > b))))
      : part,
  );
}
