import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { Leases } from "./leases.ts";
import type { ThreadData } from "./protocol.ts";
import { SeenKeys } from "./seen-keys.ts";

/** What the operations share while a file is open. */
export class Session {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly data: ThreadData;
  readonly leases: Leases;
  readonly seen: SeenKeys;

  constructor(connection: Connection, clock: Clock, data: ThreadData) {
    this.connection = connection;
    this.clock = clock;
    this.data = data;
    this.leases = new Leases(connection, clock, data.owner);
    this.seen = new SeenKeys(connection, clock, data.rememberMs);
  }

  /** Once, after opening. */
  begin(): void {
    const { connection, data } = this;
    connection.transaction(() => {
      // Retries that can only have been set before the last boot, whose ticks are gone.
      connection.run(
        "UPDATE records SET due_tick = NULL, delay_ms = NULL WHERE due_tick IS NOT NULL AND due_tick - delay_ms > ?",
        [this.clock.tick() + 1_000],
      );
      for (const request of data.doubtful) {
        connection.run(
          "UPDATE records SET owner = NULL, lease = NULL WHERE owner = ? AND lease = ?",
          [data.owner, request],
        );
      }
    });
  }

  /** Within a transaction. Adds to the counters, or takes away. */
  count(changes: CounterChanges): void {
    const {
      waiting = 0,
      waitingBytes = 0,
      deadLetters = 0,
      deadLetterBytes = 0,
      deadLettersDropped = 0,
    } = changes;
    const values = [waiting, waitingBytes, deadLetters, deadLetterBytes, deadLettersDropped];
    if (values.some((value) => value !== 0)) this.connection.run(COUNT, values);
  }
}

interface CounterChanges {
  readonly waiting?: number;
  readonly waitingBytes?: number;
  readonly deadLetters?: number;
  readonly deadLetterBytes?: number;
  readonly deadLettersDropped?: number;
}

const COUNT = `UPDATE counters SET waiting = waiting + ?, waiting_bytes = waiting_bytes + ?,
  dead_letters = dead_letters + ?, dead_letter_bytes = dead_letter_bytes + ?, dead_letters_dropped = dead_letters_dropped + ?`;
