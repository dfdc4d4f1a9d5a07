import { WebhookError } from "@whatsapp-webhooks/core";
import type { Redis } from "ioredis";
import { placeOf } from "./connection.ts";
import type { Layout } from "./layout.ts";

/** Of keys and of what is in them. It grows when a version writes what the one before it would read wrongly. */
const FORMAT = 1;

// Before anything of BullMQ's is made, which writes at once.

/** Notes which format is written here, if nobody has. Throws a `WebhookError` if it is one that this version does not know. */
export async function claimFormat(client: Redis, layout: Layout): Promise<void> {
  // A full Redis takes nothing, but says what is there. If that is nothing whoever opens it next may note the format: those
  // who would make room must get in.
  const [written, found] = await Promise.allSettled([
    client.setnx(layout.format, FORMAT),
    client.get(layout.format),
  ]);
  if (found.status === "rejected") throw found.reason;
  if (written.status === "rejected" && !isFull(written.reason)) throw written.reason;
  check(client, layout, found.value);
}

function isFull(error: unknown): boolean {
  return error instanceof Error && /\bOOM\b/.test(error.message);
}

/** As {@link claimFormat}, for who only looks: nothing is written. */
export async function checkFormat(client: Redis, layout: Layout): Promise<void> {
  check(client, layout, await client.get(layout.format));
}

function check(client: Redis, { prefix }: Layout, found: string | null): void {
  if (found === null || Number(found) <= FORMAT) return;
  throw new WebhookError(
    "inbox_failed",
    `what is in ${placeOf(client)} under the prefix ${prefix} was written by a newer version of @whatsapp-webhooks/bullmq (its format is ${found}, this version knows ${FORMAT}). Nothing there was touched. Update the package in this process, or give it a prefix of its own.`,
  );
}
