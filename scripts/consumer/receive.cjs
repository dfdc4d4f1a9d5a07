// The same packages by require(), with the pure parser.
const assert = require("node:assert/strict");
const { parse } = require("@whatsapp-webhooks/core");
const { whatsappWebhooks } = require("@whatsapp-webhooks/koa");
const { loadFixture } = require("@whatsapp-webhooks/testing");

const { body, events } = loadFixture("messages/text");
assert.deepEqual(
  [...parse(body)].map(({ name }) => name),
  events,
);
assert.equal(typeof whatsappWebhooks, "function");
