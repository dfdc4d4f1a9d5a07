import type { DeadLetter, InboxRecord } from "@whatsapp-webhooks/core";
import { toRecord } from "./claim.ts";
import { recordKey } from "./seen-keys.ts";
import type { Session } from "./session.ts";

const PRUNE_ROWS = 200;
/** What a letter costs beside its body: empty bodies cost room, too. */
const OVERHEAD_BYTES = 512;

export function listBuried(
  { connection }: Session,
  page: { readonly after?: number; readonly limit: number },
): readonly DeadLetter[] {
  const rows = connection.all(
    `SELECT position, id, received_at, buried_at, attempts, reason, length(body) AS bytes
       FROM buried WHERE position > ? ORDER BY position LIMIT ?`,
    [page.after ?? 0, page.limit],
  );
  return rows.map((row) => ({
    id: String(row.id),
    position: Number(row.position),
    receivedAt: Number(row.received_at),
    buriedAt: Number(row.buried_at),
    attempts: Number(row.attempts),
    reason: String(row.reason),
    bytes: Number(row.bytes),
  }));
}

export function get({ connection }: Session, id: string): InboxRecord | undefined {
  const columns = "id, received_at, auth, body";
  const row =
    connection.get(`SELECT ${columns} FROM records WHERE id = ?`, [id]) ??
    connection.get(`SELECT ${columns} FROM buried WHERE id = ?`, [id]);
  return row === undefined ? undefined : toRecord(row);
}

/** Back to the end of what waits, with all its attempts before it; what was completed stays completed. */
export function revive(session: Session, ids: readonly string[]): number {
  const { connection } = session;
  return connection.transaction(() => {
    let count = 0;
    for (const id of ids) {
      const row = connection.get("SELECT length(body) AS bytes FROM buried WHERE id = ?", [id]);
      if (row === undefined) continue;
      connection.run(
        `INSERT INTO records (id, received_at, auth, completed, body)
           SELECT id, received_at, auth, completed, body FROM buried WHERE id = ?`,
        [id],
      );
      connection.run("DELETE FROM buried WHERE id = ?", [id]);
      session.count(1, Number(row.bytes));
      session.countBuried(-1, -Number(row.bytes));
      count++;
    }
    return count;
  });
}

export function discard(session: Session, ids: readonly string[]): number {
  return session.connection.transaction(() => remove(session, ids));
}

export function erase(session: Session, texts: readonly string[]): number {
  const { connection } = session;
  return connection.transaction(() => {
    const ids = new Set<string>();
    for (const text of texts) {
      // An empty text is contained in everything.
      if (text === "") continue;
      const blob = Buffer.from(text);
      for (const { id } of connection.all("SELECT id FROM buried WHERE instr(body, ?) > 0", [
        blob,
      ])) {
        ids.add(String(id));
      }
    }
    return remove(session, [...ids]);
  });
}

/** Within a transaction. Beyond the limit the oldest give way. */
export function limitBuried(session: Session): void {
  const { connection, data } = session;
  for (;;) {
    const counters = connection.get("SELECT buried, buried_bytes FROM counters");
    const bytes = Number(counters?.buried_bytes) + Number(counters?.buried) * OVERHEAD_BYTES;
    const oldest = connection.get("SELECT id FROM buried ORDER BY position LIMIT 1");
    if (bytes <= data.deadLetterLimitBytes || oldest === undefined) return;
    remove(session, [String(oldest.id)]);
  }
}

/** Removes what is older than it may be, a small transaction at a time, and what is left in the log of anything removed. */
export function* prune(session: Session): Generator<void> {
  const { connection, clock, data } = session;
  const before = clock.wall() - data.deadLetterMaxAgeMs;
  let count: number;
  do {
    count = connection.transaction(() => {
      const rows = connection.all(
        `SELECT id FROM buried WHERE buried_at <= ? ORDER BY buried_at LIMIT ${PRUNE_ROWS}`,
        [before],
      );
      return remove(
        session,
        rows.map((row) => String(row.id)),
      );
    });
    yield;
  } while (count === PRUNE_ROWS);
  connection.transaction(() => session.leases.prune());
  yield* session.seen.prune();
  connection.emptyLog();
}

/** A removed record is as good as handled: the platform may send it again. */
function remove(session: Session, ids: readonly string[]): number {
  const { connection } = session;
  let bytes = 0;
  const removed = ids.filter((id) => {
    const row = connection.get("SELECT length(body) AS bytes FROM buried WHERE id = ?", [id]);
    bytes += Number(row?.bytes ?? 0);
    return connection.run("DELETE FROM buried WHERE id = ?", [id]) > 0;
  });
  session.countBuried(-removed.length, -bytes);
  session.seen.remember(removed.map(recordKey));
  return removed.length;
}
