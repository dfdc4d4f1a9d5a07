import type * as z from "zod";
import { isJson, type Json } from "./envelope/item.ts";

/**
 * Takes out what does not fit, as little as possible: the property itself, or, where its parent cannot do without it, the
 * parent. Undefined when nothing is left of what the schema demands at its root.
 */
export function repair(schema: z.ZodType, data: unknown, error: z.ZodError): Json | undefined {
  if (!isJson(data) || error.issues.length > MOST_ISSUES) return undefined;
  let repaired: Json;
  try {
    repaired = structuredClone(data);
  } catch {
    return undefined;
  }
  let { issues } = error;
  // Each round takes out something, or something shorter, so the depth of the schemas bounds them.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (
      !takeOut(
        repaired,
        issues.map(({ path }) => path),
      )
    )
      return undefined;
    const checked = schema.safeParse(repaired);
    if (checked.success) return repaired;
    ({ issues } = checked.error);
  }
  return undefined;
}

const MAX_ROUNDS = 8;
/** What is as odd as that is not worth the work. */
const MOST_ISSUES = 1_000;

/** Removes what paths name. Elements of lists go all at once, at the end: until then their places are what they were. */
function takeOut(data: unknown, paths: readonly (readonly PropertyKey[])[]): boolean {
  const elements = new Map<unknown[], Set<PropertyKey>>();
  const isDone = paths.every((path) => mark(data, path, elements));
  for (const [list, gone] of elements) {
    let length = 0;
    for (const [i, element] of list.entries()) if (!gone.has(i)) list[length++] = element;
    list.length = length;
  }
  return isDone;
}

/** Removes the property that a path names, or notes the element; if that is not there, what is around it. False at the root. */
function mark(
  data: unknown,
  path: readonly PropertyKey[],
  elements: Map<unknown[], Set<PropertyKey>>,
): boolean {
  const last = path.at(-1);
  if (last === undefined) return false;
  const parent = path
    .slice(0, -1)
    .reduce<unknown>(
      (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
      data,
    );
  if (Array.isArray(parent)) {
    elements.set(parent, (elements.get(parent) ?? new Set()).add(last));
    return true;
  }
  if (isJson(parent) && Object.hasOwn(parent, last)) {
    delete (parent as Record<PropertyKey, unknown>)[last];
    return true;
  }
  return mark(data, path.slice(0, -1), elements);
}
