import type { DeadLetter, InboxRecord, InboxStats } from "./inbox.ts";

/**
 * What a table or a file must offer to become an inbox (see `storeInbox`). Every call is atomic. One that rejects has
 * changed nothing, and the next may well succeed.
 */
export interface Store {
  /** Whether what was committed outlives the process. */
  readonly durable: boolean;
  /**
   * Rejects with `inbox_full` when there is no room for the appends; the settles are then written all the same, because
   * they make room.
   *
   * Writes everything or nothing, and resolves once a crash can no longer lose it. Appends come first, in order; a record
   * whose id is there, or was handled within the time that ids are remembered, is left out, and its
   * id is in `leftOut`. An id twice in one commit is one record, the first, and not left out.
   *
   * What is held from the start is delivered from memory, so it must not overtake what others stored. If a record waited
   * free before this commit, none of its appends is held, whatever they ask for, and `isBehind` is true: they are to be
   * claimed, in order. One that is held, or whose retry is not due, does not count; one whose retry is due may.
   */
  commit(
    batch: Commit,
  ): Promise<{ readonly leftOut: readonly string[]; readonly isBehind: boolean }>;
  /**
   * Takes records that are due and that no living process holds, oldest first, and holds them for this process until they
   * are settled, or the process is gone for some seconds.
   */
  claim(limits: {
    readonly records: number;
    readonly bytes: number;
  }): Promise<readonly ClaimedRecord[]>;
  /** Which of these event keys were completed within the time that keys are remembered. */
  seen(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** How much waits or is under way, and the dead letters, over all processes. */
  stats(): Promise<StoreStats>;
  /** Dead letters, oldest first, without their bodies. */
  listDeadLetters(page: {
    readonly after?: number | undefined;
    readonly limit: number;
  }): Promise<readonly DeadLetter[]>;
  /** One record with its body, a dead letter or not. */
  get(id: string): Promise<InboxRecord | undefined>;
  /** Makes dead letters due again as if they were new. Returns how many there were. */
  revive(ids: readonly string[]): Promise<number>;
  /** Removes dead letters for good. Returns how many there were. */
  discard(ids: readonly string[]): Promise<number>;
  /**
   * Looks through some records in their order, from a position on (0: the first): which bodies contain one of these texts
   * in UTF-8? `next` is where to go on; without it there are no more.
   */
  find(search: {
    readonly texts: readonly string[];
    readonly deadLetters: boolean;
    readonly after: number;
  }): Promise<{ readonly ids: readonly string[]; readonly next?: number | undefined }>;
  /**
   * Gives a record, a dead letter or not, another body, or removes it for good. Returns false if it is not there any more, or its
   * body is not `was`: what somebody else has changed meanwhile is to be read again.
   */
  replace(id: string, body: Uint8Array | undefined, was: Uint8Array): Promise<boolean>;
  /** Removes what is too old: remembered keys and ids, and dead letters beyond their age. */
  prune(): Promise<void>;
  /** Lets go of what this process holds, and of files and connections. Idempotent. */
  close(): Promise<void>;
}

/** What is written at once, or not at all. */
export interface Commit {
  readonly appends: readonly Append[];
  readonly settles: readonly Settle[];
}

/** A record to be stored. */
export interface Append {
  readonly record: InboxRecord;
  /**
   * To be held by this process from the start: it delivers the record from memory, without reading it back. Not while older
   * ones wait, see {@link Store.commit}.
   */
  readonly held: boolean;
}

/** How a delivery ended. */
export interface Settle {
  readonly id: string;
  /** Event keys to remember, even if the record is not held any more; all but `done` keep them with the record as well. */
  readonly completed: readonly string[];
  /** `done` removes the record, `dead_letter` keeps it aside, `retry` counts an attempt, `release` puts it back as it was. */
  readonly kind: "done" | "retry" | "dead_letter" | "release";
  /** For `retry`. */
  readonly delayMs?: number | undefined;
  /** For `retry` and `dead_letter`: for people. No ids, numbers or payload. */
  readonly reason?: string | undefined;
}

/** A record that {@link Store.claim} holds for this process. */
export interface ClaimedRecord {
  readonly record: InboxRecord;
  /** Attempts so far. */
  readonly attempts: number;
  readonly completed: readonly string[];
}

export interface StoreStats extends InboxStats {
  /** How many dead letters gave way so far. */
  readonly deadLettersDropped: number;
}
