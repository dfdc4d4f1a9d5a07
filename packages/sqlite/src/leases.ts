import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";

/** How often a store that holds records says that it lives, and how long it may be silent. */
export const BEAT_MS = 1_000;
export const SILENCE_MS = 2_500;
/** How often it is looked whether it is time: what could not be said comes again soon. */
export const BEAT_LOOK_MS = 250;
/**
 * Whoever was silent for too long has so long to say something. Perhaps the file was locked: a lock that keeps us waiting
 * keeps the beats of the living waiting, too.
 */
export const DOUBT_MS = 1_000;
/** Where the file is never free for long, on a disk that is very slow, whoever is silent for so long all the while is dead. */
export const MOST_DOUBT_MS = 10_000;
/** How much of the time between two looks counts as such: for the rest of it the file may have been locked. */
const MOST_BETWEEN_LOOKS_MS = 1_000;
/** A beat this young need not be repeated by a commit. */
const FRESH_MS = 500;
/** A beat waits no longer for the file. Commits wait behind it. */
const BEAT_WAIT_MS = 250;

export const HELD_BY = "SELECT 1 FROM records WHERE owner = ? LIMIT 1";
const BEAT_OF = "SELECT alive_tick FROM owners WHERE owner = ?";
export const NEXT_OWNER = "SELECT min(owner) AS owner FROM records WHERE owner > ?";

/** About one silence: who has spoken since is doubted anew. */
interface Doubt {
  readonly beat: number;
  readonly lookedAt: number;
  /** How long it has gone on since we found it. */
  readonly ms: number;
}

/** Who holds which records. Everything here goes by ticks (see the schema): the wall clock has no say in it. */
export class Leases {
  readonly owner: string;
  /** Where the records are that we hold, by id: a settle need not look for them. Not complete. */
  readonly held = new Map<string, number>();
  readonly #connection: Connection;
  readonly #clock: Clock;
  /** By owner, who were silent for too long when it was looked last. */
  #doubts: ReadonlyMap<string, Doubt> = new Map();
  #beatAt = Number.NEGATIVE_INFINITY;

  constructor(connection: Connection, clock: Clock, owner: string) {
    this.#connection = connection;
    this.#clock = clock;
    this.owner = owner;
  }

  /** In each transaction that takes records: a lease counts only with a beat. */
  renew(): void {
    const now = this.#clock.tick();
    if (now - this.#beatAt < FRESH_MS) return;
    this.#connection.run(
      "INSERT INTO owners VALUES (?1, ?2) ON CONFLICT DO UPDATE SET alive_tick = ?2",
      [this.owner, now],
    );
    this.#beatAt = now;
  }

  /** Called often. A store that holds nothing has nothing to say, and writes nothing. */
  beat(): void {
    if (this.#clock.tick() - this.#beatAt < BEAT_MS) return;
    if (this.#connection.get(HELD_BY, [this.owner]) === undefined) return;
    this.#connection.transaction(() => this.renew(), BEAT_WAIT_MS);
  }

  /** After a transaction that failed: what it would have written is not there. */
  forget(): void {
    this.held.clear();
    this.#beatAt = Number.NEGATIVE_INFINITY;
  }

  /** Owners of records that have been silent for too long, and their last beats. */
  silent(): ReadonlyMap<string, number> {
    const silent = new Map<string, number>();
    const now = this.#clock.tick();
    let owner = this.#connection.get(NEXT_OWNER, [""])?.owner;
    while (typeof owner === "string") {
      const row = this.#connection.get(BEAT_OF, [owner]);
      const beat = Number(row?.alive_tick ?? Number.NEGATIVE_INFINITY);
      if (owner !== this.owner && (now - beat > SILENCE_MS || isOfBefore(beat, now)))
        silent.set(owner, beat);
      owner = this.#connection.get(NEXT_OWNER, [owner])?.owner;
    }
    return silent;
  }

  /**
   * Within a transaction. Frees what the dead held: who is as silent as before some time after we found it so, in which
   * nothing kept the file locked for long, neither others nor ourselves.
   */
  freeDead(): void {
    const now = this.#clock.tick();
    const enoughMs = this.#connection.calmMs >= DOUBT_MS ? DOUBT_MS : MOST_DOUBT_MS;
    const doubts = new Map<string, Doubt>();
    for (const [owner, beat] of this.silent()) {
      const before = this.#doubts.get(owner);
      const ms =
        before?.beat === beat
          ? before.ms + Math.min(now - before.lookedAt, MOST_BETWEEN_LOOKS_MS)
          : 0;
      doubts.set(owner, { beat, lookedAt: now, ms });
      if (ms >= enoughMs || isOfBefore(beat, now)) this.#free(owner);
    }
    this.#doubts = doubts;
  }

  /** Within a transaction. Lets go of all that this store holds. */
  freeOwn(): void {
    this.#free(this.owner);
    this.held.clear();
  }

  /** Within a transaction. Removes the traces of stores that ended without holding anything. */
  prune(): void {
    const now = this.#clock.tick();
    this.#connection.run(
      "DELETE FROM owners WHERE (alive_tick < ? OR alive_tick > ?) AND owner NOT IN (SELECT owner FROM records WHERE owner IS NOT NULL)",
      [now - SILENCE_MS, now + BEAT_MS],
    );
  }

  #free(owner: string): void {
    this.#connection.run("UPDATE records SET owner = NULL, lease = NULL WHERE owner = ?", [owner]);
    this.#connection.run("DELETE FROM owners WHERE owner = ?", [owner]);
  }
}

/** A beat in the future is one of an earlier boot: who said so is gone. */
function isOfBefore(beat: number, now: number): boolean {
  return beat > now + BEAT_MS;
}
