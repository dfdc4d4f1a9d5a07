import { sqliteInbox } from "@whatsapp-webhooks/sqlite";
import { replayDeadLetters } from "./replay-dead-letters.ts";

const inbox = sqliteInbox({ path: process.env.INBOX_FILE ?? "inbox.db" });
const yesterday = Date.now() - 24 * 60 * 60 * 1_000;
const replayed = await replayDeadLetters(inbox, ({ receivedAt }) => receivedAt > yesterday);
console.log(`To be handled again: ${replayed}`);
await inbox.close();
