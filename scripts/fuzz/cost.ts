import { mustHold } from "./target.ts";

/** CPU that any input may cost, and beyond that for each of its bytes: a hundred times what they do. */
const MOST_MS = 1_000;
const MOST_MS_PER_BYTE = 0.02;

/** Runs something that holds the event loop; throws a Finding if that is out of all proportion to the input. */
export function costOf<T>(input: Uint8Array, run: () => T): T {
  // Of this process's time: the machine may be busy with other things.
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000;
  mustHold(
    ms < MOST_MS + MOST_MS_PER_BYTE * input.byteLength,
    "far too slow",
    () => `${Math.round(ms)} ms for ${input.byteLength} bytes`,
  );
  return result;
}
