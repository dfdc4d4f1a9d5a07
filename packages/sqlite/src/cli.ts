#!/usr/bin/env node
import { keptElsewhere, runInboxCommand } from "@whatsapp-webhooks/core/command";
import { openInbox } from "./open-inbox.ts";

await runInboxCommand({
  file: openInbox,
  redis: keptElsewhere("@whatsapp-webhooks/bullmq", (specifier) => import(specifier)),
});
