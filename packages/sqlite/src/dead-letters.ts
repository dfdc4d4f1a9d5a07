import type { DeadLetter } from "@whatsapp-webhooks/core";
import { SHORT_BUSY_MS } from "./failure.ts";
import { recordKey } from "./seen-keys.ts";
import type { Session } from "./session.ts";

const PRUNE_ROWS = 200;
const REMOVE = "DELETE FROM dead_letters WHERE id = ? RETURNING length(body) AS bytes";
/** What a dead letter takes beside its body. */
export const LETTER_BYTES = 512;

export function listDeadLetters(
  { connection }: Session,
  page: { readonly after?: number; readonly limit: number },
): readonly DeadLetter[] {
  const rows = connection.all(
    `SELECT position, id, received_at, dead_lettered_at, attempts, reason, length(body) AS bytes
       FROM dead_letters WHERE position > ? ORDER BY position LIMIT ?`,
    [page.after ?? 0, page.limit],
  );
  return rows.map((row) => ({
    id: String(row.id),
    position: Number(row.position),
    receivedAt: Number(row.received_at),
    deadLetteredAt: Number(row.dead_lettered_at),
    attempts: Number(row.attempts),
    reason: String(row.reason),
    bytes: Number(row.bytes),
  }));
}

/** Back to the end of what waits, with all its attempts before it; what was completed stays completed. */
export function revive(session: Session, ids: readonly string[]): number {
  const { connection } = session;
  return connection.transaction(() => {
    let count = 0;
    for (const id of ids) {
      const row = connection.get("SELECT length(body) AS bytes FROM dead_letters WHERE id = ?", [
        id,
      ]);
      if (row === undefined) continue;
      connection.run(
        `INSERT INTO records (id, received_at, auth, completed, trace, body)
           SELECT id, received_at, auth, completed, trace, body FROM dead_letters WHERE id = ?`,
        [id],
      );
      connection.run("DELETE FROM dead_letters WHERE id = ?", [id]);
      const bytes = Number(row.bytes);
      session.count({ waiting: 1, waitingBytes: bytes, deadLetters: -1, deadLetterBytes: -bytes });
      count++;
    }
    return count;
  });
}

export function discard(session: Session, ids: readonly string[]): number {
  return session.connection.transaction(() => remove(session, ids));
}

/** Removes what is older than it may be, a small transaction at a time, and what is left in the log of anything removed. */
export function* prune(session: Session): Generator<void> {
  const { connection, clock, data } = session;
  const before = clock.wall() - data.deadLetterMaxAgeMs;
  let count: number;
  do {
    count = connection.transaction(() => {
      const rows = connection.all(
        `SELECT id FROM dead_letters WHERE dead_lettered_at <= ? ORDER BY dead_lettered_at LIMIT ${PRUNE_ROWS}`,
        [before],
      );
      return remove(
        session,
        rows.map((row) => String(row.id)),
      );
    }, SHORT_BUSY_MS);
    yield;
  } while (count === PRUNE_ROWS);
  connection.transaction(() => session.leases.prune(), SHORT_BUSY_MS);
  yield* session.seen.prune();
  connection.emptyLog();
}

/** Within a transaction. The oldest give way to the newest. */
export function makeRoom(session: Session): void {
  const { connection, data } = session;
  for (;;) {
    const counters = connection.get("SELECT dead_letters, dead_letter_bytes FROM counters");
    const deadLetters = Number(counters?.dead_letters);
    const over =
      Number(counters?.dead_letter_bytes) + deadLetters * LETTER_BYTES - data.deadLetterLimitBytes;
    if (over <= 0 || deadLetters <= 1) return;
    const oldest = connection.get("SELECT id FROM dead_letters ORDER BY position LIMIT 1");
    session.count({ deadLettersDropped: remove(session, [String(oldest?.id)]) });
  }
}

/** A removed record is as good as handled: the platform may send it again. */
function remove(session: Session, ids: readonly string[]): number {
  const removed: string[] = [];
  let bytes = 0;
  for (const id of ids) {
    const row = session.connection.get(REMOVE, [id]);
    if (row === undefined) continue;
    removed.push(id);
    bytes += Number(row.bytes);
  }
  session.count({ deadLetters: -removed.length, deadLetterBytes: -bytes });
  session.seen.remember(removed.map(recordKey));
  return removed.length;
}
