import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freePort } from "../../packages/bullmq/test/support/free-port.ts";

const folder = fileURLToPath(new URL("../", import.meta.url));
const NOTHING = '{"object":"whatsapp_business_account","entry":[]}';
const node = ["--import", "tsx", "--conditions=@whatsapp-webhooks/source"];
const atPort = ["--import", new URL("./support/port-3000.mjs", import.meta.url).href];

test.each(["handlers", "emulator"])(
  "the example testing/%s.ts passes",
  (name) => {
    const run = spawnSync(process.execPath, [...node, `${folder}testing/${name}.ts`], {
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
  },
  60_000,
);

test.each([
  ["express/ten-lines.ts", "/webhooks/whatsapp"],
  ["koa/ten-lines.ts", "/webhooks/whatsapp"],
  ["fastify/ten-lines.ts", "/webhooks/whatsapp"],
  ["node/ten-lines.ts", "/webhooks/whatsapp"],
  ["node/durable.ts", "/webhooks/whatsapp"],
  ["hono/ten-lines.ts", "/webhooks/whatsapp"],
  // Behind a parser that keeps the bytes.
  ["express/behind-json-parser.ts", "/webhooks/whatsapp"],
  ["hapi/server.ts", "/webhooks/whatsapp"],
  ["nestjs/middleware.ts", "/hooks/wa"],
])(
  "%s: signed notifications are answered 200, also of 3 MB",
  async (file, path) => {
    const port = await freePort();
    const kept = mkdtempSync(join(tmpdir(), "kept-"));
    const env = {
      ...process.env,
      PORT: String(port),
      INBOX_FILE: join(kept, "inbox.db"),
      WHATSAPP_APP_SECRET: "secret",
      WHATSAPP_VERIFY_TOKEN: "token",
    };
    const child = spawn(process.execPath, [...node, ...atPort, `${folder}${file}`], {
      env,
      stdio: "ignore",
    });
    try {
      const url = `http://127.0.0.1:${port}${path}`;
      const post = async (body: string): Promise<number> => {
        const signature = createHmac("sha256", "secret").update(body).digest("hex");
        const headers = {
          "content-type": "application/json",
          "x-hub-signature-256": `sha256=${signature}`,
        };
        return (await fetch(url, { method: "POST", headers, body })).status;
      };
      let status: number | undefined;
      for (let i = 0; i < 300 && status === undefined; i++) {
        status = await post(NOTHING).catch(() => undefined);
        if (status === undefined) await sleep(50);
      }
      expect(status).toBe(200);
      expect(await post(NOTHING.padEnd(3 * 1024 ** 2))).toBe(200);
    } finally {
      child.kill();
      rmSync(kept, { recursive: true, force: true });
    }
  },
  30_000,
);
