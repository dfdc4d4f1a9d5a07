import type * as z from "zod";
import { isJson, type Json } from "./envelope/item.ts";

/**
 * Takes out what does not fit, as little as possible: the property itself, or, where its parent cannot do without it, the
 * parent. Undefined when nothing is left of what the schema demands at its root.
 */
export function repair(schema: z.ZodType, data: unknown, error: z.ZodError): Json | undefined {
  if (!isJson(data)) return undefined;
  let repaired: Json;
  try {
    repaired = structuredClone(data);
  } catch {
    return undefined;
  }
  let { issues } = error;
  // Each round takes out something, or something shorter, so the depth of the schemas bounds them.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    for (const path of issues.map((issue) => issue.path)) {
      if (!takeOut(repaired, path)) return undefined;
    }
    const checked = schema.safeParse(repaired);
    if (checked.success) return repaired;
    ({ issues } = checked.error);
  }
  return undefined;
}

const MAX_ROUNDS = 8;

/** Removes what a path names; if that is not there, what is around it. False at the root. */
function takeOut(data: unknown, path: readonly PropertyKey[]): boolean {
  const last = path.at(-1);
  if (last === undefined) return false;
  const parent = path
    .slice(0, -1)
    .reduce<unknown>(
      (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
      data,
    );
  if (Array.isArray(parent) && typeof last === "number" && last < parent.length) {
    parent.splice(last, 1);
    return true;
  }
  if (isJson(parent) && Object.hasOwn(parent, last)) {
    delete (parent as Record<PropertyKey, unknown>)[last];
    return true;
  }
  return takeOut(data, path.slice(0, -1));
}
