/** An object of somebody's body, of which nothing is sure. */
export type Loose = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textIn(object: unknown, name: string): string | undefined {
  const value = isObject(object) ? object[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function objectIn(object: unknown, name: string): Loose {
  const value = isObject(object) ? object[name] : undefined;
  return isObject(value) ? value : {};
}

/** The objects of a list; none when it is no list. */
export function objectsIn(object: unknown, name: string): readonly Loose[] {
  const value = isObject(object) ? object[name] : undefined;
  return Array.isArray(value) ? value.filter(isObject) : [];
}
