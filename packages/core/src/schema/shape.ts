import * as z from "zod";

/**
 * An object that keeps keys it does not know. It is typed without an index signature, so that a misspelt property
 * does not compile, and with its shape intact, so that doc comments on properties reach the published types.
 */
export const loose = <T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strip> =>
  z.looseObject(shape) as unknown as z.ZodObject<T, z.core.$strip>;

export const text = z.string();

/** A string with known words, which editors complete, that may bring new ones any day. */
export type OpenEnum<T extends string> = T | (string & Record<never, never>);

export const openEnum = <const T extends readonly string[]>(
  ..._words: T
): z.ZodType<OpenEnum<T[number]>> => text;

/** Seconds since 1970: mostly digits in a string, in some places a number. `event.timestamp` has it as a Date. */
export const unixSeconds = z.union([z.string(), z.number()]);

/** Whether there is something in a list, that must not be lost where nobody knows the list. */
export const isFilledList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && value.length > 0;

/** True or false. */
export const flag = z.boolean();
