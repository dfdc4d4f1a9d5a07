/** Above this a number cannot be seconds of our age, so it is milliseconds. */
const MILLISECONDS_FROM = 1e11;

/** A platform time as a Date: seconds as digits in a string or as a number, milliseconds where they are that large. */
export function toDate(time: unknown): Date | undefined {
  const value = typeof time === "string" ? Number(time) : time;
  if (typeof value !== "number" || value <= 0) return undefined;
  const date = new Date(value >= MILLISECONDS_FROM ? value : value * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
