// From the request to the end of its handlers, all in one process and without HTTP: `npm run bench:micro`.
import { afterAll, bench, describe } from "vitest";
import { createWebhooks, type WebhookRequest } from "../src/index.ts";
import { cloudBody, SECRET, signedRequest, TOKEN, text } from "./support/notifications.ts";

const AT_ONCE = 100;

/** As many requests as are sent at a time; each call makes others, because what comes twice is not handled twice. */
function requests(items: number): readonly WebhookRequest[] {
  return Array.from({ length: AT_ONCE }, (_, customer) => {
    const from = String(12125550000 + customer);
    return signedRequest(cloudBody(Array.from({ length: items }, () => text("Hello", { from }))));
  });
}

for (const items of [1, 10]) {
  describe(`${AT_ONCE} requests of ${items} messages`, () => {
    const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN });
    webhooks.on("message.text", () => {});
    afterAll(async () => {
      await webhooks.close();
    });

    // What the next one does, too: to be taken off.
    bench("making and signing them", () => {
      requests(items);
    });
    bench("making, receiving and handling them", async () => {
      await webhooks.start();
      await Promise.all(requests(items).map((request) => webhooks.receive(request)));
      await webhooks.idle();
    });
  });
}
