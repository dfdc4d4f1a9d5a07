import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeCertificates } from "../support/certificates.ts";
import { started } from "../support/emulators.ts";
import { Receiver, VERIFY_TOKEN } from "../support/receiver.ts";
import { runCli } from "./support/run-cli.ts";

/** Without blanks: it becomes part of a token in a header. */
const APP_SECRET = "the-app-secret";
const PASSWORD = "Umbrella-4711!";

test("settings: get, set, reset, the authority, and the first login", async () => {
  const emulator = await started();
  const env = {
    WHATSAPP_ONPREM_URL: emulator.url,
    WHATSAPP_ONPREM_USERNAME: "admin",
    WHATSAPP_ONPREM_PASSWORD: "secret",
  };
  const first = await runCli(["settings", "get"], { env });
  expect(first.code).toBe(1);
  expect(first.stderr).toMatch(/^whatsapp-webhooks: [^\n]*1024[^\n]*\n$/);
  const odd = await runCli(["settings", "get", "--url", "ftp://localhost"], { env });
  expect(odd).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--url must be an https://"),
  });
  const oddVariable = await runCli(["settings", "get"], {
    env: { ...env, WHATSAPP_ONPREM_URL: "ftp://localhost" },
  });
  expect(oddVariable.stderr).toContain("WHATSAPP_ONPREM_URL must be an https://");
  const login = await runCli(["settings", "login"], {
    env: { ...env, WHATSAPP_ONPREM_NEW_PASSWORD: PASSWORD },
  });
  expect(login).toMatchObject({ code: 0, stdout: "The password is changed.\n" });

  const known = { ...env, WHATSAPP_ONPREM_PASSWORD: PASSWORD };
  const url = "https://example.com/webhooks/whatsapp";
  const set = await runCli(
    ["settings", "set", `webhooks.url=${url}`, "callback_persist=false", "--json"],
    { env: known },
  );
  expect(set).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(set.stdout)).toEqual({ restartRequired: ["callback_persist"] });
  const one = await runCli(["settings", "get", "webhooks.url", "--password-file", "-"], {
    env,
    stdin: `${PASSWORD}\n`,
  });
  expect(one).toMatchObject({ code: 0, stdout: `${url}\n` });
  const all = await runCli(["settings", "get", "--json"], { env: known });
  expect(JSON.parse(all.stdout)).toMatchObject({ webhooks: { url }, callback_persist: false });

  const wrong = await runCli(["settings", "set", "callback_persist=perhaps"], { env: known });
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/^whatsapp-webhooks: [^\n]*callback_persist[^\n]*\n$/);
  const slip = await runCli(["settings", "get", "webhooks.ulr"], { env: known });
  expect(slip.stderr).toContain("did you mean webhooks.url?");

  expect((await runCli(["settings", "ca"], { env: known })).stdout).toBe("there is none\n");
  expect((await runCli(["settings", "reset", "--yes"], { env: known })).code).toBe(0);
  expect(emulator.onPremises.settings.webhooks.url).toBe("");
});

test("settings over HTTPS with a certificate of an own authority", async () => {
  const { authority, server } = makeCertificates();
  const emulator = await started({
    server: { tls: server },
    onPremises: { adminPassword: PASSWORD },
  });
  const folder = mkdtempSync(join(tmpdir(), "settings-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "ca.pem");
  writeFileSync(file, authority.cert);
  const env = {
    WHATSAPP_ONPREM_URL: emulator.url.replace("127.0.0.1", "localhost"),
    WHATSAPP_ONPREM_USERNAME: "admin",
    WHATSAPP_ONPREM_PASSWORD: PASSWORD,
  };
  const untrusted = await runCli(["settings", "get", "callback_persist", "--timeout", "2s"], {
    env,
  });
  expect(untrusted).toMatchObject({ code: 1, stdout: "" });
  const trusted = await runCli(["settings", "get", "callback_persist", "--ca-file", file], { env });
  expect(trusted).toEqual({ code: 0, stdout: "true\n", stderr: "" });
});

test("subscribe, list and remove", async () => {
  const emulator = await started({ appSecret: APP_SECRET });
  const receiver = await Receiver.start();
  const [app] = emulator.apps;
  const env = {
    WHATSAPP_GRAPH_URL: emulator.url,
    WHATSAPP_APP_ID: app?.id ?? "",
    WHATSAPP_APP_SECRET: APP_SECRET,
    WHATSAPP_VERIFY_TOKEN: VERIFY_TOKEN,
    WHATSAPP_WABA_ID: emulator.numbers[0]?.wabaId ?? "",
    WHATSAPP_ACCESS_TOKEN: app?.accessToken ?? "",
  };
  const add = await runCli(["subscribe", "--to", receiver.url, "--fields", "messages,calls"], {
    env,
  });
  expect(add).toMatchObject({ code: 0, stderr: "" });
  expect(add.stdout).toContain("the app sends 2 fields");
  emulator.customer().text("Hello");
  await emulator.idle();
  expect(receiver.items).toEqual(["Hello"]);

  const list = await runCli(["subscribe", "list", "--json"], { env });
  expect(JSON.parse(list.stdout)).toMatchObject({
    subscriptions: [
      { callback_url: receiver.url, fields: [{ name: "messages" }, { name: "calls" }] },
    ],
    apps: [{ id: app?.id }],
  });
  const remove = await runCli(["subscribe", "remove", "--fields", "calls"], { env });
  expect(remove).toMatchObject({ code: 0, stdout: "Removed calls.\n" });

  const unsure = await runCli(["subscribe", "remove"], { env });
  expect(unsure).toMatchObject({ code: 2 });
  const both = await runCli(["subscribe", "remove", "--fields", "messages", "--yes"], { env });
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("not both") });
  const slip = await runCli(["subscribe", "--to", receiver.url, "--fields", "mesages"], { env });
  expect(slip.stderr).toContain("did you mean messages?");
  const refused = await runCli(["subscribe", "--to", receiver.url, "--verify-token", "wrong"], {
    env,
  });
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^whatsapp-webhooks: [^\n]*could not verify[^\n]*\n$/);
  expect(refused.stderr).not.toContain(APP_SECRET);
  expect((await runCli(["subscribe", "remove", "--yes"], { env })).code).toBe(0);
  expect((await runCli(["subscribe", "list"], { env })).stdout).toContain("subscribed to nothing");
});

test("a variable that is empty is not set", async () => {
  const subscribe = await runCli(["subscribe", "list"], {
    env: {
      WHATSAPP_GRAPH_URL: "",
      WHATSAPP_APP_ID: "1",
      WHATSAPP_APP_SECRET: APP_SECRET,
      WHATSAPP_WABA_ID: "2",
    },
  });
  // Past the address, and before any request.
  expect(subscribe.stderr).toContain("the account takes a system user's token");
  const settings = await runCli(["settings", "get"], {
    env: {
      WHATSAPP_ONPREM_URL: "http://127.0.0.1:9",
      WHATSAPP_ONPREM_USERNAME: "",
      WHATSAPP_ONPREM_PASSWORD: PASSWORD,
    },
  });
  expect(settings.stderr).toContain("there is no login");
});
