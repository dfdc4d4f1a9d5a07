/** The platform has repeated most of what failed by then. */
const STEP_MS = 60 * 60 * 1_000;

/**
 * What tells of no time (an error of a number, how far a history is) looks the same when it happens again. So it counts as
 * the same within a step of time, and as another happening after it: better twice than never.
 */
export function stepOf(receivedAt: number): string {
  return String(Math.floor(receivedAt / STEP_MS));
}

/** Whether JSON has a property that is a time, by its name: `time`, `timestamp`, `end_time`, `created_timestamp`. */
export function tellsTime(json: string | Uint8Array): boolean {
  const text =
    typeof json === "string" ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  return text.includes('timestamp":') || text.includes('time":');
}
