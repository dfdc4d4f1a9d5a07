// What many figures come to.

/** The one in the middle; the upper of two. NaN of none. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** The figure below which this share of them lies, from 0 to 1. NaN of none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The median of some ratios, with the lowest and the highest: how far it can be trusted. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Rounded to three digits, so that results are short and say no more than is known. */
export function spread(numbers: readonly number[]): Spread {
  return {
    median: short(median(numbers)),
    low: short(Math.min(...numbers)),
    high: short(Math.max(...numbers)),
  };
}

/** With four digits that count. */
export function short(number: number): number {
  return Number(number.toPrecision(4));
}
