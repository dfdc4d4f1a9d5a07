// The published emulator against the published receiver, from a file that outlives a restart.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { createEmulator } from "@whatsapp-webhooks/emulator";

const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });
const handled = [];
webhooks.on("message", ({ raw }) => handled.push(raw));
const server = createServer(whatsappWebhooks(webhooks));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const callbackUrl = `http://127.0.0.1:${server.address().port}/webhooks/whatsapp`;

const folder = mkdtempSync(join(tmpdir(), "emulated-"));
const emulator = createEmulator({
  appSecret: "secret",
  storage: { path: join(folder, "emulator.db") },
});
await emulator.start();
await emulator.subscribe({ callbackUrl, verifyToken: "token" });
const page = await fetch(emulator.url);
assert.match(await page.text(), /<title>/);
assert.match(page.headers.get("content-security-policy"), /^default-src 'none'/);
for (const file of ["page.js", "page.css", "icon.svg", "licences.txt"])
  assert.equal((await fetch(`${emulator.url}/page/${file}`)).status, 200, file);
emulator.customer({ name: "Dana" }).text("Grüße");
await emulator.restart();
emulator.notify("messages/image");
await emulator.idle({ retries: true });
await webhooks.idle();
assert.deepEqual(emulator.verdict().failures, {});
assert.equal(handled.length, 2);
assert.equal(emulator.audit(handled).ok, true);
await emulator.stop();
await webhooks.close();
server.closeAllConnections();
server.close();
rmSync(folder, { recursive: true });
