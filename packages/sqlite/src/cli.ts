#!/usr/bin/env node
import { keptElsewhere, runInboxCommand } from "@whatsapp-webhooks/core/command";
import { openKeptStore } from "./open-kept-store.ts";

await runInboxCommand({
  file: openKeptStore,
  redis: keptElsewhere("@whatsapp-webhooks/bullmq", (specifier) => import(specifier)),
});
