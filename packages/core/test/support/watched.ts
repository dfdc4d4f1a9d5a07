import { afterEach, beforeEach } from "vitest";
import { createWebhooks, type Webhooks, type WebhooksOptions } from "../../src/index.ts";
import { capturedLog } from "./captured-log.ts";
import { exportingSdk } from "./exported.ts";
import { SECRET, TOKEN } from "./notifications.ts";

/** What the SDK exports, anew for each test of a file that imports this. */
export let sdk: ReturnType<typeof exportingSdk>;
let open: Webhooks[] = [];
beforeEach(() => {
  sdk = exportingSdk();
});
afterEach(async () => {
  const all = open;
  open = [];
  await Promise.all(all.map((webhooks) => webhooks.close()));
  await sdk.end();
});

/** Webhooks that the SDK watches; closed after the test. */
export function watched(options: Partial<WebhooksOptions> = {}): Webhooks {
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: TOKEN,
    logger: capturedLog(),
    telemetry: sdk.telemetry,
    ...options,
  });
  open.push(webhooks);
  return webhooks;
}
