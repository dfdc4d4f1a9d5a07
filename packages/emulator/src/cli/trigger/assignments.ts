import { isJson, type Json } from "../../json.ts";
import { UsageError } from "../failure.ts";

/** What `--set text.body=hi` asks for. */
export interface Assignment {
  readonly path: readonly string[];
  readonly text: string;
  /** With `:=` the text is JSON, whatever stands there now. */
  readonly isJson: boolean;
}

export function readAssignment(argument: string): Assignment {
  const [, path = "", colon, text = ""] = /^([^=:]+)(:?)=(.*)$/s.exec(argument) ?? [];
  const parts = path.split(".");
  if (path === "" || parts.includes(""))
    throw new UsageError(
      `${argument}: write a path and a value, such as text.body=hi or errors.0.code=131047.`,
    );
  return { path: parts, text, isJson: colon === ":" };
}

/** Sets a value below an item. Throws for a path that cannot be, with what there is. */
export function assign(item: Json, assignment: Assignment): void {
  const { path } = assignment;
  let place: Json | unknown[] = item;
  for (const [depth, part] of path.slice(0, -1).entries()) {
    const inside: unknown = read(place, part, path, depth);
    if (inside === undefined) {
      // The next part says what is to be made here.
      const made: Json | unknown[] = /^\d+$/.test(path[depth + 1] ?? "") ? [] : {};
      write(place, part, made, path, depth);
      place = made;
    } else if (isJson(inside) || Array.isArray(inside)) place = inside;
    else
      throw new UsageError(
        `${path.join(".")}: ${path.slice(0, depth + 1).join(".")} is ${kindOf(inside)}, so there is nothing below it.`,
      );
  }
  const last = path.at(-1) ?? "";
  const before: unknown = read(place, last, path, path.length - 1);
  write(place, last, readValue(assignment, before), path, path.length - 1);
}

/**
 * Numbers, booleans, null, lists and objects are what they look like. Where a text stands all but null stays a text: WhatsApp writes
 * phone numbers, most times and the answers of flows as texts.
 */
function readValue({ path, text, isJson: isCertain }: Assignment, before: unknown): unknown {
  const staysText = typeof before === "string" && !isCertain;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (isCertain || (/^[[{]/.test(text) && !staysText))
      throw new UsageError(`${path.join(".")}: the value is not JSON.`);
    return text;
  }
  return staysText && typeof value !== "string" && value !== null ? text : value;
}

function read(
  place: Json | unknown[],
  part: string,
  path: readonly string[],
  depth: number,
): unknown {
  if (!Array.isArray(place)) return Object.hasOwn(place, part) ? place[part] : undefined;
  const index = Number(part);
  if (/^\d+$/.test(part) && index <= place.length) return place[index];
  const where = path.slice(0, depth).join(".");
  throw new UsageError(
    `${path.join(".")}: ${where} is a list of ${place.length}; write an index from 0 to ${place.length} instead of ${part}.`,
  );
}

function write(
  place: Json | unknown[],
  part: string,
  value: unknown,
  path: readonly string[],
  depth: number,
): void {
  if (Array.isArray(place)) {
    read(place, part, path, depth);
    place[Number(part)] = value;
    return;
  }
  // As its own property: `__proto__` is a name like any other in JSON.
  Object.defineProperty(place, part, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}
