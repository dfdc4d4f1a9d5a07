import { WebhookError } from "./errors.ts";
import { nearestOf } from "./nearest.ts";

/** The defaults with what the options set; `undefined` counts as left out. */
export function withDefaults<T extends object>(
  base: T,
  options: { readonly [K in keyof T]?: T[K] | undefined } = {},
): T {
  const all = { ...base };
  for (const key of Object.keys(base) as (keyof T)[]) all[key] = options[key] ?? base[key];
  return all;
}

/** Timers cannot wait longer; a longer time would be taken for no time at all. */
export const LONGEST_MS = 2 ** 31 - 1;

/**
 * What an option may be: a `positive` number, a `whole` one, a `time` that a timer waits (milliseconds), a `limit`, which may be
 * `Infinity`, one of some words, or `other`, which is not checked by {@link checkOptions}.
 * @internal
 */
export type OptionKind = "positive" | "whole" | "time" | "limit" | "other" | readonly string[];

type KeyOf<Options> = Options extends unknown ? keyof Options : never;

/**
 * A row for each option that there is.
 * @internal
 */
export type OptionTable<Options> = Readonly<Record<KeyOf<Options>, OptionKind>>;

/**
 * What TypeScript does not check, or cannot: names of options from JavaScript or in a variable, and the size of numbers.
 * Throws a {@link WebhookError} with the code `option_invalid`. `of` is the function that takes them, `within` the option
 * that they are part of, with a dot.
 * @internal
 */
export function checkOptions(
  of: string,
  options: unknown,
  table: Readonly<Record<string, OptionKind>>,
  within = "",
): void {
  const invalid = (problem: string): WebhookError => optionInvalid(problem, of);
  if (typeof options !== "object" || options === null)
    throw invalid(`${within === "" ? "options" : within.slice(0, -1)} must be an object.`);
  const known = Object.keys(table);
  for (const name of Object.keys(options)) {
    // An object of a class has fields of its own.
    if (Object.hasOwn(table, name) || !isPlain(options)) continue;
    const nearest = nearestOf(name, known);
    const meant = nearest === undefined ? "" : `, did you mean ${within}${nearest}?`;
    const list = known.map((each) => within + each).join(", ");
    throw invalid(`there is no option ${within}${name}${meant || "."} Options: ${list}.`);
  }
  for (const [name, kind] of Object.entries(table)) {
    const value: unknown = Reflect.get(options, name);
    if (value === undefined || kind === "other") continue;
    if (typeof kind !== "string") {
      if (kind.some((word) => word === value)) continue;
      const words = kind.map((word) => JSON.stringify(word)).join(" or ");
      throw invalid(`${within}${name} must be ${words}, got ${String(value)}.`);
    }
    if (typeof value !== "number" || !isWithin(kind, value))
      throw invalid(`${within}${name} must be a positive number, got ${String(value)}.`);
    if (kind === "time" && value > LONGEST_MS)
      throw invalid(`${within}${name} must be at most ${LONGEST_MS} (24 days), got ${value}.`);
    if (kind === "whole" && !Number.isInteger(value))
      throw invalid(`${within}${name} must be a whole number, got ${value}.`);
  }
}

function isPlain(options: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(options);
  return prototype === Object.prototype || prototype === null;
}

function isWithin(kind: OptionKind, value: number): boolean {
  return value > 0 && (value < Number.POSITIVE_INFINITY || kind === "limit");
}

/** The error for an option that cannot be. `of` is the function that takes it, where it is not `createWebhooks`. */
export function optionInvalid(problem: string, of = ""): WebhookError {
  return new WebhookError("option_invalid", of === "" ? problem : `${of}: ${problem}`);
}
