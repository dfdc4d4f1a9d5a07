export interface Clock {
  /** Milliseconds since 1970. */
  wall(): number;
  /** Milliseconds since the machine was booted, the same for all its processes. */
  tick(): number;
}

/** `skew` is for tests: two 64-bit floats that are added to the wall clock and to the ticks. */
export function createClock(skew?: SharedArrayBuffer): Clock {
  const shift = skew === undefined ? [0, 0] : new Float64Array(skew);
  return {
    wall: () => Date.now() + (shift[0] ?? 0),
    // hrtime counts from the boot on Linux, macOS and Windows, and nobody can set it.
    tick: () => Math.floor(Number(process.hrtime.bigint()) / 1e6 + (shift[1] ?? 0)),
  };
}
