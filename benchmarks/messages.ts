// What the load's process and a server under test say to each other, over Node's own channel between processes.

/** What handlers do with an event: nothing, wait five seconds, burn two milliseconds, or wait until they are told. */
export type Behaviour = "quick" | "sleep" | "burn" | "hold";

export interface Question {
  /** What handlers are to do from now on. Whatever was held is let go. */
  readonly handlers?: Behaviour;
  /** Whether the event loop is to be watched from now on. */
  readonly watch?: boolean;
  /** Collect garbage first; for the figures of memory. Needs `--expose-gc`. */
  readonly collect?: boolean;
}

/** What a server under test has seen since it was asked last. */
export interface ServerReport {
  /** Items that the handler has seen; requests, for a bare server. */
  readonly handled: number;
  /** How long the event loop was held each time it was late, in milliseconds. Empty unless watched. */
  readonly stalls: readonly number[];
  /** Bytes, now. */
  readonly heapUsed: number;
  readonly external: number;
}

export const SLEEP_MS = 5_000;
export const BURN_MS = 2;
/** The event loop counts as held when it is so late. */
export const STALL_MS = 5;
