import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";

/** How often a store that holds records says that it lives, and how long it may be silent. */
export const BEAT_MS = 1_000;
export const SILENCE_MS = 4_000;
/** A beat this young need not be repeated by a commit. */
const FRESH_MS = 500;
/** Who waited longer for a transaction than this knows that others had to wait too, with their beats. */
const WAITED_MS = 500;

export const HELD_BY = "SELECT 1 FROM records WHERE owner = ? LIMIT 1";
export const NEXT_OWNER = "SELECT min(owner) AS owner FROM records WHERE owner > ?";

/** Who holds which records. Everything here goes by ticks (see the schema): the wall clock has no say in it. */
export class Leases {
  readonly owner: string;
  /** Where the records are that we hold, by id: a settle need not look for them. Not complete. */
  readonly held = new Map<string, number>();
  readonly #connection: Connection;
  readonly #clock: Clock;
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

  /** Called every second. A store that holds nothing has nothing to say, and writes nothing. */
  beat(): void {
    if (this.#connection.get(HELD_BY, [this.owner]) !== undefined) this.renew();
  }

  /** After a transaction that failed: what it would have written is not there. */
  forget(): void {
    this.held.clear();
    this.#beatAt = Number.NEGATIVE_INFINITY;
  }

  /** Owners of records that have been silent for too long. */
  dead(): string[] {
    const dead: string[] = [];
    let owner = this.#connection.get(NEXT_OWNER, [""])?.owner;
    while (typeof owner === "string") {
      if (owner !== this.owner && !this.#isAlive(owner)) dead.push(owner);
      owner = this.#connection.get(NEXT_OWNER, [owner])?.owner;
    }
    return dead;
  }

  /**
   * Within a transaction that was asked for at the tick `asked`. Frees what the dead held, unless we had to wait for the
   * transaction: whoever blocked us blocked the beats of the living as well, and they get the time to make up for it.
   */
  freeDead(asked: number): void {
    if (this.#clock.tick() - asked > WAITED_MS) return;
    for (const owner of this.dead()) this.#free(owner);
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

  #isAlive(owner: string): boolean {
    const alive = this.#connection.get("SELECT alive_tick FROM owners WHERE owner = ?", [owner]);
    const silence = this.#clock.tick() - Number(alive?.alive_tick ?? Number.NaN);
    // A beat in the future is of an earlier boot.
    return silence <= SILENCE_MS && silence >= -BEAT_MS;
  }

  #free(owner: string): void {
    this.#connection.run("UPDATE records SET owner = NULL, lease = NULL WHERE owner = ?", [owner]);
    this.#connection.run("DELETE FROM owners WHERE owner = ?", [owner]);
  }
}
