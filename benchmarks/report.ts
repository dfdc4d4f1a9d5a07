/** The event loop counts as stalled when it is so late. */
export const STALL_MS = 10;

/** What a server under test has seen since it was asked last. */
export interface ServerReport {
  /** Events that their handler has seen; requests, for a bare server. */
  readonly handled: number;
  /** Milliseconds. */
  readonly stalls: readonly number[];
}
