/** How many cases a property is tried with. `FUZZ=50 npx vitest run --project core` tries fifty times as many. */
export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(count * Number(process.env.FUZZ ?? 1)) };
}

/** Enough for a run with `FUZZ` set high. */
export const FUZZ_TIMEOUT_MS = 3_600_000;
