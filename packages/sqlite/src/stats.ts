import type { StoreStats } from "@whatsapp-webhooks/core";
import { LETTER_BYTES } from "./dead-letters.ts";
import type { Session } from "./session.ts";

export const OLDEST = "SELECT received_at FROM records ORDER BY seq LIMIT 1";

export function stats({ connection, data }: Session): StoreStats {
  const counters = connection.get("SELECT * FROM counters");
  const oldest = connection.get(OLDEST)?.received_at;
  const deadLetters = Number(counters?.dead_letters);
  return {
    waiting: Number(counters?.waiting),
    waitingBytes: Number(counters?.waiting_bytes),
    deadLetters,
    deadLetterBytes: Number(counters?.dead_letter_bytes) + deadLetters * LETTER_BYTES,
    deadLetterLimitBytes: data.deadLetterLimitBytes,
    deadLettersDropped: Number(counters?.dead_letters_dropped),
    ...(oldest === undefined ? {} : { oldestReceivedAt: Number(oldest) }),
  };
}
