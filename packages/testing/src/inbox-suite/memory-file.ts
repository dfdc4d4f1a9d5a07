import type { InboxRecord, Store } from "@whatsapp-webhooks/core";

/** The limits of a {@link memoryFile}, and its clock. */
export interface MemoryFileOptions {
  /** Bytes of bodies that may wait or be under way; more is refused as `inbox_full`. Default: any number. */
  readonly limitBytes?: number | undefined;
  /** How long ids and event keys are remembered. Default 8 days. */
  readonly rememberMs?: number | undefined;
  /** How long dead letters are kept. Default 30 days. */
  readonly deadLetterMaxAgeMs?: number | undefined;
  /** Default: this machine's. */
  readonly clock?: MemoryClock | undefined;
}

/** What time it is for the stores of one file. */
export interface MemoryClock {
  /** Milliseconds since 1970. Somebody may set it. */
  wall(): number;
  /** Milliseconds since some moment, the same for all processes. Nobody can set it; retries go by it. */
  tick(): number;
}

/** One record as it is stored. */
export interface MemoryRow {
  record: InboxRecord;
  /** The order of arrival; once it is a dead letter, the order of those. */
  position: number;
  attempts: number;
  completed: readonly string[];
  dueTick: number;
  owner: Store | undefined;
  dead: { readonly at: number; readonly reason: string } | undefined;
}

/** What stores of one "file" share: a second store on it is another process. */
export interface MemoryFile {
  readonly limitBytes: number;
  readonly rememberMs: number;
  readonly deadLetterMaxAgeMs: number;
  readonly clock: MemoryClock;
  readonly rows: Map<string, MemoryRow>;
  /** `record <id>` and `event <key>` with the time by the wall clock until which they are remembered. */
  readonly seen: Map<string, number>;
  readonly living: Set<Store>;
  nextPosition: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A new, empty place for stores in memory. */
export function memoryFile(options: MemoryFileOptions = {}): MemoryFile {
  return {
    limitBytes: options.limitBytes ?? Number.POSITIVE_INFINITY,
    rememberMs: options.rememberMs ?? 8 * DAY_MS,
    deadLetterMaxAgeMs: options.deadLetterMaxAgeMs ?? 30 * DAY_MS,
    clock: options.clock ?? { wall: () => Date.now(), tick: () => performance.now() },
    rows: new Map(),
    seen: new Map(),
    living: new Set(),
    nextPosition: 1,
  };
}
