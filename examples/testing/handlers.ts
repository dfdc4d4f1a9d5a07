import assert from "node:assert/strict";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";

const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });
const texts: string[] = [];
webhooks.on("message.text", (event) => texts.push(event.data.text.body));

const { status } = await inject(webhooks, signed(notification({ text: "Hello" }), "secret"));
await webhooks.idle();
assert.equal(status, 200);
assert.deepEqual(texts, ["Hello"]);
