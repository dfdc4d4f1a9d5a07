import type { Inbox } from "@whatsapp-webhooks/core";
import { type InboxSubject, inboxCases } from "@whatsapp-webhooks/testing";
import { test, vi } from "vitest";
import { BullmqInbox } from "../src/bullmq-inbox.ts";
import { describeWithRedis, newPrefix, silent } from "./support/redis.ts";

vi.setConfig({ maxConcurrency: 3 });

describeWithRedis("bullmqInbox", (redis) => {
  const subject: InboxSubject = {
    name: "bullmqInbox",
    durable: true,
    async place({ limitBytes } = {}) {
      const prefix = newPrefix();
      const inboxes = new Map<Inbox, BullmqInbox>();
      return {
        async open() {
          const inbox = new BullmqInbox({
            connection: { url: redis.url },
            prefix,
            limitBytes,
            logger: silent,
          });
          inboxes.set(inbox, inbox);
          return inbox;
        },
        crash: async (inbox) => inboxes.get(inbox)?.sever(),
        remove: async () => redis.remove(prefix),
      };
    },
  };
  for (const { name, run } of inboxCases(subject, { patienceMs: 60_000 }))
    test.concurrent(name, run, 150_000);
});
