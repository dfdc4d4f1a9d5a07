import type { ClaimedRecord, InboxRecord } from "@whatsapp-webhooks/core";
import type { Row } from "./binding.ts";
import { SHORT_BUSY_MS } from "./failure.ts";
import type { Session } from "./session.ts";

/** Retries made due in one transaction. */
const DUE_ROWS = 1_000;

export const FREE = "SELECT 1 FROM records WHERE owner IS NULL AND due_tick IS NULL LIMIT 1";
export const DUE = "SELECT 1 FROM records WHERE due_tick <= ? LIMIT 1";
export const MAKE_DUE = `UPDATE records SET due_tick = NULL, delay_ms = NULL
  WHERE seq IN (SELECT seq FROM records WHERE due_tick <= ? ORDER BY due_tick LIMIT ${DUE_ROWS})`;
export const FREE_SIZES = `SELECT seq, length(body) AS bytes FROM records
  WHERE owner IS NULL AND due_tick IS NULL ORDER BY seq LIMIT ?`;
export const FREE_RECORDS = `SELECT id, received_at, auth, trace, body, attempts, completed, seq FROM records
  WHERE owner IS NULL AND due_tick IS NULL ORDER BY seq LIMIT ?`;
export const TAKE = `UPDATE records SET owner = ?, lease = ?
  WHERE seq BETWEEN ? AND ? AND owner IS NULL AND due_tick IS NULL`;

export function claim(
  session: Session,
  limits: { readonly records: number; readonly bytes: number },
  request: number,
): readonly ClaimedRecord[] {
  const { connection, clock, leases } = session;
  // Asked several times a second, mostly for nothing: nothing is locked or written for that.
  if (limits.records < 1 || !hasSome(session)) return [];
  return connection.transaction(() => {
    leases.freeDead();
    connection.run(MAKE_DUE, [clock.tick()]);
    const count = fitting(connection.all(FREE_SIZES, [limits.records]), limits.bytes);
    if (count === 0) return [];
    leases.renew();
    const rows = connection.all(FREE_RECORDS, [count]);
    const seqs = rows.map((row) => Number(row.seq));
    connection.run(TAKE, [leases.owner, request, seqs[0] ?? 0, seqs[seqs.length - 1] ?? 0]);
    return rows.map((row, index) => {
      const record = toRecord(row);
      leases.held.set(record.id, seqs[index] ?? 0);
      return {
        record,
        attempts: Number(row.attempts),
        completed: JSON.parse(String(row.completed)),
      };
    });
  }, SHORT_BUSY_MS);
}

function hasSome({ connection, clock, leases }: Session): boolean {
  return (
    connection.get(FREE) !== undefined ||
    connection.get(DUE, [clock.tick()]) !== undefined ||
    leases.silent().size > 0
  );
}

/** How many of the first rows fit; one does, whatever its size. */
function fitting(rows: readonly Row[], limitBytes: number): number {
  let bytes = 0;
  const over = rows.findIndex((row) => {
    bytes += Number(row.bytes);
    return bytes > limitBytes;
  });
  return over === -1 ? rows.length : Math.max(1, over);
}

/** With a body of its own memory, which can be handed to the other thread. */
export function toRecord(row: Row): InboxRecord {
  const { id, received_at, auth, trace, body } = row;
  return {
    id: String(id),
    receivedAt: Number(received_at),
    auth: JSON.parse(String(auth)),
    body: body instanceof Uint8Array ? new Uint8Array(body) : new Uint8Array(),
    ...(typeof trace === "string" ? { trace } : {}),
  };
}
