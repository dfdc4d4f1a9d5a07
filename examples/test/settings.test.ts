import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SettingsApi } from "./support/settings-api.ts";

const api = new SettingsApi();
beforeAll(() => api.start());
afterAll(() => api.end());

/** What the example printed. It must write nothing to stderr. */
async function run(file: string, settings: Record<string, string>): Promise<string> {
  const path = fileURLToPath(new URL(`../settings/${file}`, import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--conditions=@whatsapp-webhooks/source", path],
    { env: { ...process.env, ...settings } },
  );
  expect(stderr).toBe("");
  return stdout;
}

test("the On-Premises example sets the callback URL and reads it back", async () => {
  const url = "https://example.com/webhooks/whatsapp";
  const printed = await run("on-premises.ts", {
    WHATSAPP_ONPREM_URL: api.url,
    WHATSAPP_ONPREM_USERNAME: "admin",
    WHATSAPP_ONPREM_PASSWORD: "A-secret-1",
    WHATSAPP_CALLBACK_URL: url,
  });
  expect(api.settings).toMatchObject({ callback_persist: true, webhooks: { url } });
  expect(printed).toBe(
    "Restart Coreapp for callback_persist\nStatuses: { sent: false, delivered: true, read: false }\n",
  );
}, 30_000);

test("the Cloud example subscribes the app and the account", async () => {
  api.calls.length = 0;
  const printed = await run("cloud.ts", {
    WHATSAPP_GRAPH_URL: api.url,
    WHATSAPP_APP_ID: "1000000000000001",
    WHATSAPP_APP_SECRET: "secret",
    WHATSAPP_ACCESS_TOKEN: "token",
    WHATSAPP_WABA_ID: "2000000000000002",
    WHATSAPP_CALLBACK_URL: "https://example.com/webhooks/whatsapp",
    WHATSAPP_VERIFY_TOKEN: "word",
  });
  expect(api.calls).toEqual([
    "POST /v25.0/1000000000000001/subscriptions",
    "POST /v25.0/2000000000000002/subscribed_apps",
    "GET /v25.0/2000000000000002/subscribed_apps",
  ]);
  expect(api.bodies.at(-1)).toMatchObject({
    fields: "messages,account_update",
    verify_token: "word",
  });
  expect(printed).toBe("Example Bakery\n");
}, 30_000);
