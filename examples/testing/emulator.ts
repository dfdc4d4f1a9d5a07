import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { createEmulator, steppedClock } from "@whatsapp-webhooks/emulator";

// Your receiver.
const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });
const handled: unknown[] = [];
webhooks.on("message", ({ raw }) => handled.push(raw));
webhooks.on("status", ({ raw }) => handled.push(raw));
const server = createServer(whatsappWebhooks(webhooks)).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const { port } = server.address() as AddressInfo;

// The platform, on a bad day, and with a clock of yours.
const clock = steppedClock();
const weather = { batchItems: 20, duplicates: 0.2, reordering: 0.2, lostAnswers: 0.2 };
const emulator = createEmulator({ appSecret: "secret", clock, weather, seed: "a bad day" });
await emulator.start();
const callbackUrl = `http://127.0.0.1:${port}/webhooks/whatsapp`;
await emulator.subscribe({ callbackUrl, verifyToken: "token" });

const dana = emulator.customer({ name: "Dana", phone: "12125550123" });
for (let i = 0; i < 50; i++) dana.text(`Grüße, zum ${i}. Mal`);
emulator.send({ to: "12125550123", type: "text", text: { body: "Hello" } });
await clock.advance(7 * 24 * 3_600_000); // A week, in a second.
await webhooks.idle();

assert.equal(emulator.audit(handled).ok, true); // Nothing missing, nothing twice.
assert.deepEqual(emulator.verdict().failures, {}); // Every answer was 200.
console.log(emulator.verdict().text);
await emulator.stop();
await webhooks.close();
server.close();
server.closeAllConnections();
