import { setTimeout as sleep } from "node:timers/promises";
import { createWebhooks, memoryInbox } from "@whatsapp-webhooks/core";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";
import { afterEach, expect, test, vi } from "vitest";
import { exportingSdk } from "../../packages/core/test/support/exported.ts";
import { ownTelemetry } from "../observability/own-telemetry.ts";

const text = (secret: string) => signed(notification({ fixture: "messages/text" }), secret);

afterEach(() => {
  vi.unstubAllEnvs();
});

test("own-telemetry.ts counts what is refused, and tells how many seconds each answer took", async () => {
  const counted: object[] = [];
  const observed: [labels: object, seconds: number][] = [];
  const telemetry = ownTelemetry(
    { inc: (labels) => counted.push(labels) },
    { observe: (labels, seconds) => observed.push([labels, seconds]) },
  );
  const inbox = memoryInbox();
  const put = inbox.put.bind(inbox);
  // Long enough to be told from a thousandth of it, and from a thousand times it.
  inbox.put = async (record) => {
    await sleep(100);
    return put(record);
  };
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const webhooks = createWebhooks({
    appSecret: "secret",
    verifyToken: "token",
    inbox,
    logger,
    telemetry,
  });
  webhooks.on("message.text", () => {});
  await inject(webhooks, text("secret"));
  await inject(webhooks, text("another secret"));
  await webhooks.close();

  expect(counted).toEqual([{ code: "signature_mismatch" }]);
  const [taken, refused, ...more] = observed;
  expect([taken?.[0], refused?.[0], more]).toEqual([
    { method: "POST", status: "200" },
    { method: "POST", status: "401" },
    [],
  ]);
  expect(taken?.[1]).toBeGreaterThan(0.09);
  expect(taken?.[1]).toBeLessThan(30);
});

test("webhooks.ts tells the SDK that was started before", async () => {
  const sdk = exportingSdk();
  sdk.register();
  vi.stubEnv("WHATSAPP_APP_SECRET", "secret");
  vi.stubEnv("WHATSAPP_VERIFY_TOKEN", "token");
  const { webhooks } = await import("../observability/webhooks.ts");
  webhooks.on("message.text", () => {});
  await inject(webhooks, text("secret"));
  await webhooks.idle();

  const [answer, ...more] = await sdk.points("whatsapp.webhooks.request.duration");
  expect(more).toEqual([]);
  expect(answer).toMatchObject({
    attributes: { "http.request.method": "POST", "http.response.status_code": 200 },
    value: { count: 1 },
  });
  expect(sdk.spans().length).toBeGreaterThan(1);
  await webhooks.close();
  await sdk.end();
});
