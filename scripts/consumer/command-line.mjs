// The installed program against the published receiver, as npx starts it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";

const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });
const file = "handled.txt";
writeFileSync(file, "");
webhooks.on("message.text", ({ data }) => appendFileSync(file, `${data.id}\n`));
const server = createServer(whatsappWebhooks(webhooks));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/webhooks/whatsapp`;

const env = { ...process.env, WHATSAPP_APP_SECRET: "secret", WHATSAPP_VERIFY_TOKEN: "token" };
const npx = async (...args) => {
  const program = ["--no-install", "whatsapp-webhooks", ...args];
  const { stdout } = await promisify(execFile)("npx", program, { env });
  return stdout;
};
assert.match(await npx("--version"), /^\d+\.\d+\.\d+\n$/);
assert.equal(
  JSON.parse(await npx("trigger", "message.text", "--to", url, "--json")).accepted,
  true,
);
const report = JSON.parse(await npx("doctor", url, "--handled", file, "--json"));
assert.deepEqual(report.faults, []);
assert.deepEqual(report.unchecked, []);
await assert.rejects(npx("trigger", "message.txt", "--to", url), (error) => {
  assert.equal(error.code, 2);
  assert.match(error.stderr, /did you mean message\.text/);
  return true;
});
await webhooks.close();
server.closeAllConnections();
server.close();
rmSync(file);
