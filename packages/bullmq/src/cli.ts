#!/usr/bin/env node
import { keptElsewhere, runInboxCommand } from "@whatsapp-webhooks/core/command";
import { openKeptStore } from "./kept.ts";

await runInboxCommand({
  file: keptElsewhere("@whatsapp-webhooks/sqlite", (specifier) => import(specifier)),
  redis: openKeptStore,
});
