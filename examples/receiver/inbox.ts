import { type Inbox, memoryInbox } from "@whatsapp-webhooks/core";
import { sqliteInbox } from "@whatsapp-webhooks/sqlite";

/** Where the sample apps keep what is not handled yet: `memory`, or `sqlite:inbox.db`. */
export function inboxFrom(setting = "memory"): Inbox {
  const [kind, path] = setting.split(/:(.*)/s);
  if (kind === "memory") return memoryInbox();
  if (kind === "sqlite" && path) return sqliteInbox({ path });
  throw new Error(`WHATSAPP_INBOX is "memory" or "sqlite:<file>", not "${setting}".`);
}
