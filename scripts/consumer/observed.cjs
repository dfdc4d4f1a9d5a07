// The same entry by require(), without an SDK: then it does nothing, and costs no answer.
const assert = require("node:assert/strict");
const { createWebhooks } = require("@whatsapp-webhooks/core");
const { openTelemetry } = require("@whatsapp-webhooks/core/opentelemetry");
const { inject, notification, signed } = require("@whatsapp-webhooks/testing");

const telemetry = openTelemetry();
const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token", telemetry });
webhooks.on("message.text", () => {});
inject(webhooks, signed(notification({ text: "Hello" }), "secret")).then(async ({ status }) => {
  assert.equal(status, 200);
  assert.deepEqual(await webhooks.close(), { running: 0, pending: 0 });
});
