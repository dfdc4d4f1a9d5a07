import type { StoreStats } from "@whatsapp-webhooks/core";
import { LETTER_BYTES } from "./dead-letters.ts";
import type { Session } from "./session.ts";

export const OLDEST = "SELECT received_at FROM records ORDER BY seq LIMIT 1";

export function stats({ connection, data }: Session): StoreStats {
  const counters = connection.get("SELECT * FROM counters");
  const oldest = connection.get(OLDEST)?.received_at;
  const buried = Number(counters?.buried);
  return {
    waiting: Number(counters?.waiting),
    waitingBytes: Number(counters?.waiting_bytes),
    buried,
    buriedBytes: Number(counters?.buried_bytes) + buried * LETTER_BYTES,
    buriedLimitBytes: data.deadLetterLimitBytes,
    buriedDropped: Number(counters?.buried_dropped),
    ...(oldest === undefined ? {} : { oldestReceivedAt: Number(oldest) }),
  };
}
