import type { InboxRecord } from "@whatsapp-webhooks/core";
import { toRecord } from "./claim.ts";
import { recordKey } from "./seen-keys.ts";
import type { Session } from "./session.ts";

// What looks into bodies, or changes them: for people, not on the way of a notification.

/** Rows looked through in one step. */
const FIND_ROWS = 500;
const TABLES = {
  waiting: { name: "records", order: "seq" },
  deadLetters: { name: "dead_letters", order: "position" },
} as const;

export function get({ connection }: Session, id: string): InboxRecord | undefined {
  for (const { name } of Object.values(TABLES)) {
    const row = connection.get(
      `SELECT id, received_at, auth, trace, body FROM ${name} WHERE id = ?`,
      [id],
    );
    if (row !== undefined) return toRecord(row);
  }
  return undefined;
}

export function find(
  { connection }: Session,
  search: {
    readonly texts: readonly string[];
    readonly deadLetters: boolean;
    readonly after: number;
  },
): { readonly ids: readonly string[]; readonly next?: number } {
  const { name, order } = TABLES[search.deadLetters ? "deadLetters" : "waiting"];
  const rows = connection.all(
    `SELECT ${order} AS place FROM ${name} WHERE ${order} > ? ORDER BY ${order} LIMIT ${FIND_ROWS}`,
    [search.after],
  );
  const last = Number(rows.at(-1)?.place ?? search.after);
  const ids = new Set<string>();
  for (const text of search.texts) {
    const found = connection.all(
      `SELECT id FROM ${name} WHERE ${order} > ? AND ${order} <= ? AND instr(body, ?) > 0`,
      [search.after, last, Buffer.from(text)],
    );
    for (const { id } of found) ids.add(String(id));
  }
  return { ids: [...ids], ...(rows.length === FIND_ROWS ? { next: last } : {}) };
}

/** A record that is removed is as good as handled: the platform may send it again. */
export function replace(
  session: Session,
  {
    id,
    body,
    was,
  }: {
    readonly id: string;
    readonly body: Uint8Array | undefined;
    readonly was: Uint8Array;
  },
): boolean {
  const { connection } = session;
  return connection.transaction(() => {
    for (const [kind, { name }] of Object.entries(TABLES)) {
      // See `commit` about empty bodies.
      const row = connection.get(`SELECT 1 FROM ${name} WHERE id = ? AND body = coalesce(?, x'')`, [
        id,
        was,
      ]);
      if (row === undefined) continue;
      const bytes = (body?.byteLength ?? 0) - was.byteLength;
      const rows = body === undefined ? -1 : 0;
      if (body === undefined) {
        connection.run(`DELETE FROM ${name} WHERE id = ?`, [id]);
        session.seen.remember([recordKey(id)]);
      } else {
        connection.run(`UPDATE ${name} SET body = coalesce(?, x'') WHERE id = ?`, [body, id]);
      }
      session.count(
        kind === "deadLetters"
          ? { deadLetters: rows, deadLetterBytes: bytes }
          : { waiting: rows, waitingBytes: bytes },
      );
      return true;
    }
    return false;
  });
}
