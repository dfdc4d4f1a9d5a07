import type { Store } from "@whatsapp-webhooks/core";

/** A store under test. */
export interface StoreSubject {
  /** Stands before the names of the cases. */
  readonly name: string;
  /** A new, empty place to store in: a file, a database, a prefix. */
  place(options?: StorePlaceOptions): Promise<StorePlace>;
  /** After how long, at most, others get what a dead process held. Default 5,000; a case or two take somewhat longer. */
  readonly leaseMs?: number | undefined;
  /** How long ids and event keys are remembered. Default 8 days. */
  readonly rememberMs?: number | undefined;
  /** How long dead letters are kept. Default 30 days. */
  readonly deadLetterMaxAgeMs?: number | undefined;
  /** Abilities that the subject has not, each with the reason. Their cases are left out. */
  readonly lacks?: Readonly<Partial<Record<StoreAbility, string>>> | undefined;
}

/** What not every store lets a test do. */
export type StoreAbility =
  /** Moving its clocks: {@link StorePlace.moveWallClock} and {@link StorePlace.moveTickClock}. */
  | "clocks"
  /** Being given a limit: {@link StorePlaceOptions.limitBytes}. */
  | "limit";

/** What a case wants of its place. */
export interface StorePlaceOptions {
  /** Bytes of bodies that may wait or be under way on the place; to be left as it is when undefined. */
  readonly limitBytes?: number | undefined;
}

/** Where records are stored, as seen by several processes. */
export interface StorePlace {
  /** A store on it. Called again, it is another process's, or the next run's. */
  open(): Promise<Store>;
  /** Ends the process of a store as `kill -9` does: nothing is let go, and calls under way may be carried out or not. */
  crash(store: Store): Promise<void>;
  /** Moves the clock that people set, for all stores on the place, by so many milliseconds from where it is. */
  moveWallClock?(milliseconds: number): void;
  /** Moves the clock that nobody can set, by which leases and retries go. Forward only. */
  moveTickClock?(milliseconds: number): void;
  /** Removes everything. The stores are closed by then. */
  remove(): Promise<void>;
}
