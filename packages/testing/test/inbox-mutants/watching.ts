import type { InboxStats } from "@whatsapp-webhooks/core";
import { delivering, type InboxMutants, inboxWith, memoryInboxWith } from "./wrong-inbox.ts";

const TRACE =
  "a record's trace comes with every delivery, is kept when it is dead-lettered, and stays away where there was none";
const STATS = "stats tell what is not settled, its bytes and its oldest, and what is dead-lettered";

const counting = (change: (stats: InboxStats) => Partial<InboxStats>) =>
  inboxWith((right) => ({
    async stats() {
      const stats = await right.stats?.();
      if (stats === undefined) throw new Error("the right inbox has stats");
      return { ...stats, ...change(stats) };
    },
  }));

export const watchingMutants: InboxMutants = {
  "forgets the trace of what comes again": {
    subject: delivering((deliver) => (record, delivery) => {
      const { trace: _, ...rest } = record;
      return deliver(delivery.attempt === 1 ? record : rest, delivery);
    }),
    caughtBy: [TRACE],
  },
  "makes up a trace": {
    subject: memoryInboxWith((right) => ({
      put: (record) => right.put({ trace: `00-${"0".repeat(32)}-${"0".repeat(16)}-00`, ...record }),
    })),
    caughtBy: [TRACE],
  },
  "counts what is dead-lettered as waiting": {
    subject: counting(({ waiting, deadLetters }) => ({ waiting: waiting + deadLetters })),
    caughtBy: [STATS],
  },
  "tells no age": {
    subject: inboxWith((right) => ({
      async stats() {
        const stats = await right.stats?.();
        if (stats === undefined) throw new Error("the right inbox has stats");
        const { oldestReceivedAt: _, ...rest } = stats;
        return rest;
      },
    })),
    caughtBy: [STATS],
  },
};
