// The sample app for Next.js, with the published packages beside it: built as for production, started, called by the platform.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { loadFixture } from "@whatsapp-webhooks/testing";

const cwd = "examples/nextjs";
const next = ["node_modules/next/dist/bin/next"];
const env = {
  ...process.env,
  NEXT_TELEMETRY_DISABLED: "1",
  WHATSAPP_APP_SECRET: "secret",
  WHATSAPP_VERIFY_TOKEN: "token",
};
execFileSync(process.execPath, [...next, "build"], {
  cwd,
  // It loads the route, so there must be settings, whichever; they must not end in what is built.
  env: { ...env, WHATSAPP_APP_SECRET: "of no use but to build", WHATSAPP_VERIFY_TOKEN: "the same" },
  stdio: ["ignore", "inherit", "inherit"],
});

const app = spawn(process.execPath, [...next, "start", "--port", "0"], {
  cwd,
  env,
  stdio: ["ignore", "pipe", "pipe"],
});
let output = "";
for (const stream of [app.stdout, app.stderr])
  stream.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
const ended = once(app, "close");

/** Waits until it has printed this. */
async function printed(pattern) {
  const end = performance.now() + 60_000;
  for (;;) {
    const found = pattern.exec(output);
    if (found !== null) return found[0];
    assert.ok(
      app.exitCode === null && performance.now() < end,
      `Next.js did not print ${pattern}:\n${output}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

try {
  const url = `${await printed(/http:\/\/localhost:\d+/)}/webhooks/whatsapp`;
  const handshake = async (token) => {
    const response = await fetch(
      `${url}?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`,
    );
    return [response.status, await response.text()];
  };
  assert.deepEqual(await handshake("token"), [200, "1158201444"]);
  assert.equal((await handshake("another"))[0], 403);

  const post = async (name, secret) => {
    const body = JSON.stringify(loadFixture(name).body);
    const signature = createHmac("sha256", secret).update(body).digest("hex");
    const headers = {
      "content-type": "application/json",
      "x-hub-signature-256": `sha256=${signature}`,
    };
    return (await fetch(url, { method: "POST", headers, body })).status;
  };
  assert.equal(await post("messages/image", "another secret"), 401);
  assert.equal(await post("messages/text", "secret"), 200);
  await printed(/"name":"message\.text"/);
  await printed(/A text of \d+ characters\./);
  assert.ok(!output.includes('"message.image"'), output);
} finally {
  app.kill();
  await ended;
}
