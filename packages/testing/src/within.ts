import { AssertionError } from "node:assert/strict";

/** So many looks at the promise make up the time. */
const LOOKS = 20;

/**
 * The promise's own end, or an {@link AssertionError} saying that `what` hangs. Only time in which this process runs
 * counts: a machine that was asleep for a minute is no reason to call anything hanging.
 */
export async function within<T>(
  ms: number,
  what: string | (() => string),
  promise: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    let looks = 0;
    timer = setInterval(() => {
      if (++looks < LOOKS) return;
      const hung = typeof what === "string" ? what : what();
      reject(new AssertionError({ message: `${hung} hung for ${ms} ms` }));
    }, ms / LOOKS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearInterval(timer);
  }
}
