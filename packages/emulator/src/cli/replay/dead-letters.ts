import { errorCode } from "../../error-code.ts";
import { Failure, oneLine } from "../failure.ts";
import type { RecordedBody } from "./recorded-bodies.ts";

/** SQLite's application_id in the header of an inbox: "waIN". */
const APPLICATION_ID = "waIN";
const APPLICATION_ID_AT = 68;

/** Whether the first bytes of an SQLite file are those of an inbox of `@whatsapp-webhooks/sqlite`. */
export function isInboxFile(start: Buffer): boolean {
  return start.toString("latin1", APPLICATION_ID_AT, APPLICATION_ID_AT + 4) === APPLICATION_ID;
}

const PAGE = 200;

/** The dead letters of an inbox, oldest first. They stay where they are, and the receiver may be running. */
export async function deadLetters(path: string): Promise<readonly RecordedBody[]> {
  const { sqliteStore } = await loadSqlite();
  const store = sqliteStore({ path });
  const bodies: RecordedBody[] = [];
  try {
    for (let after = 0; ; ) {
      const page = await store.listDeadLetters({ after, limit: PAGE });
      for (const { id } of page) {
        const record = await store.get(id);
        // Somebody may have replayed it meanwhile.
        if (record === undefined) continue;
        const isOnPremises = record.auth.kind === "on-premises";
        bodies.push({
          where: `dead letter ${bodies.length + 1}`,
          bytes: record.body,
          isOnPremises,
        });
      }
      const last = page.at(-1);
      if (last === undefined) return bodies;
      after = last.position;
    }
  } catch (error) {
    throw new Failure(`the inbox ${path} cannot be read: ${oneLine(error)}`);
  } finally {
    await store.close();
  }
}

/** Only who has an inbox has the package. */
async function loadSqlite() {
  try {
    return await import("@whatsapp-webhooks/sqlite");
  } catch (error) {
    throw new Failure(
      errorCode(error) === "ERR_MODULE_NOT_FOUND"
        ? "this is an inbox of @whatsapp-webhooks/sqlite, which is not installed here: npm install @whatsapp-webhooks/sqlite @whatsapp-webhooks/core."
        : oneLine(error),
    );
  }
}
