import { bullmqInbox } from "@whatsapp-webhooks/bullmq";
import { type Inbox, inlineInbox, memoryInbox } from "@whatsapp-webhooks/core";
import { sqliteInbox } from "@whatsapp-webhooks/sqlite";

/**
 * Where the sample apps keep what is not handled yet: `memory`, `sqlite:inbox.db`, or `redis://localhost:6379`.
 * `inline` keeps nothing: the answer comes after the handlers.
 */
export function inboxFrom(setting = "memory"): Inbox {
  const [kind, path] = setting.split(/:(.*)/s);
  if (kind === "memory") return memoryInbox();
  if (kind === "inline") return inlineInbox();
  if (kind === "sqlite" && path) return sqliteInbox({ path });
  if (kind === "redis" || kind === "rediss") return bullmqInbox({ connection: { url: setting } });
  throw new Error(
    `WHATSAPP_INBOX is "memory", "inline", "sqlite:<file>" or "redis://<host>:<port>", not "${kind}:…".`,
  );
}
