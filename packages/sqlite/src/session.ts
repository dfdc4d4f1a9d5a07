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

  /** Within a transaction. */
  count(waiting: number, waitingBytes: number): void {
    if (waiting === 0 && waitingBytes === 0) return;
    this.connection.run(
      "UPDATE counters SET waiting = waiting + ?, waiting_bytes = waiting_bytes + ?",
      [waiting, waitingBytes],
    );
  }

  /** Within a transaction. */
  countBuried(buried: number, buriedBytes: number): void {
    if (buried === 0) return;
    this.connection.run(
      "UPDATE counters SET buried = buried + ?, buried_bytes = buried_bytes + ?",
      [buried, buriedBytes],
    );
  }
}
