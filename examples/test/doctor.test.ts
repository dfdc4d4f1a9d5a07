import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWebhooks, DEFAULT_PATH } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { afterAll, expect, test } from "vitest";
import { frameworks, settings, start, urlOf } from "./support/start.ts";

const folder = mkdtempSync(join(tmpdir(), "doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));
const node = "exec node --import tsx --conditions=@whatsapp-webhooks/source";

interface Report {
  readonly faults: readonly string[];
  readonly unchecked: readonly string[];
  readonly findings: readonly { readonly check: string; readonly state: string }[];
}

/** What doctor says, when it knows what was handled. */
async function examined(url: string, handled: string) {
  const doctor = start(
    `${node} packages/emulator/src/cli/main.ts doctor ${url} --handled ${handled} --json`,
    settings,
  );
  const code = await doctor.exited;
  const { faults, unchecked, findings }: Report = JSON.parse(doctor.stdout());
  const complaints = findings.filter(({ state }) => state !== "ok");
  return { code, stderr: doctor.stderr(), faults, unchecked, complaints, count: findings.length };
}

const good = { code: 0, stderr: "", faults: [], unchecked: [], complaints: [] };

test.each(frameworks)("doctor has no complaint about the sample app on %s", async (framework) => {
  const handled = join(folder, `${framework}.jsonl`);
  const app = start(`${node} examples/${framework}/server.ts > ${handled}`, settings);
  const { count, ...report } = await examined(await urlOf(app), handled);
  expect(report).toEqual(good);
  expect(count).toBeGreaterThan(20);
});

test("nor about a receiver on node:http alone", async () => {
  const handled = join(folder, "node.txt");
  const webhooks = createWebhooks({
    appSecret: settings.WHATSAPP_APP_SECRET,
    verifyToken: settings.WHATSAPP_VERIFY_TOKEN,
    onPremises: { authorization: settings.WHATSAPP_ONPREM_AUTHORIZATION },
  });
  webhooks.on("message.text", ({ data }) => appendFileSync(handled, `${data.id}\n`));
  const server = createServer(whatsappWebhooks(webhooks)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const { count, ...report } = await examined(`http://127.0.0.1:${port}${DEFAULT_PATH}`, handled);
  expect(report).toEqual(good);
  expect(count).toBeGreaterThan(20);
  await webhooks.close();
  server.closeAllConnections();
  server.close();
});
