// The recipes as somebody copies them from the page: the files in one folder, `server.ts` for the framework in use.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NotificationBody, notification, signed } from "@whatsapp-webhooks/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { makeCertificates } from "../../packages/emulator/test/support/certificates.ts";
import { postSecurely } from "./support/secure-post.ts";
import { printed, type Started, settings, start } from "./support/start.ts";

const recipes = fileURLToPath(new URL("../recipes/", import.meta.url));
const META = "client.webhooks.fbclientcerts.com";
const secret = settings.WHATSAPP_APP_SECRET;
const picture = Buffer.from("a picture");
const tls = makeCertificates();
const meta = makeCertificates("DNS:meta", META);

/** Beside the recipes, so that a copy finds the packages that they find. */
const copies = mkdtempSync(join(recipes, ".copied-"));
const graph = createServer((req, res) => {
  if (req.url === "/file") res.end(picture);
  else if (req.url?.startsWith("/v25.0/") === true)
    res.end(JSON.stringify({ url: `${graphUrl()}/file` }));
  else res.writeHead(404).end();
});
const graphUrl = () => `http://127.0.0.1:${(graph.address() as AddressInfo).port}`;

beforeAll(async () => {
  await new Promise<void>((resolve) => graph.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  graph.close();
  graph.closeAllConnections();
  rmSync(copies, { recursive: true });
});

/** The folder of somebody who has copied everything and uses this file as `server.ts`. */
function copied(server: string): string {
  const folder = join(copies, server.replace(".ts", ""));
  mkdirSync(folder);
  for (const file of readdirSync(recipes))
    if (/^(?!server).*\.ts$/.test(file)) copyFileSync(join(recipes, file), join(folder, file));
  copyFileSync(join(recipes, server), join(folder, "server.ts"));
  writeFileSync(join(folder, "key.pem"), tls.server.key);
  writeFileSync(join(folder, "cert.pem"), tls.server.cert);
  writeFileSync(join(folder, "meta.pem"), meta.authority.cert);
  return folder;
}

interface Running extends Started {
  readonly port: number;
}

/** Starts one of the programs in the folder, on a port that is free. */
async function run(folder: string, program: string): Promise<Running> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const started = start(
    `exec node --import tsx --conditions=@whatsapp-webhooks/source ${JSON.stringify(join(folder, program))}`,
    {
      ...settings,
      PORT: String(port),
      WHATSAPP_GRAPH_URL: graphUrl(),
      WHATSAPP_ACCESS_TOKEN: "access",
      INBOX_FILE: join(folder, "inbox.db"),
      TLS_KEY: join(folder, "key.pem"),
      TLS_CERT: join(folder, "cert.pem"),
      META_CA: join(folder, "meta.pem"),
    },
  );
  return { ...started, port };
}

async function end({ child, exited }: Running): Promise<void> {
  child.kill("SIGKILL");
  await exited;
}

interface Sent {
  readonly body: NotificationBody;
  readonly path?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Posts to a program as soon as it listens, over HTTP. */
async function post(port: number, { body, path, key = secret, headers }: Sent): Promise<number> {
  const request = signed(body, key);
  const url = `http://127.0.0.1:${port}${path ?? "/webhooks/whatsapp"}`;
  const more = { ...request.headers, ...headers };
  return vi.waitFor(
    async () => (await fetch(url, { method: "POST", body: request.body, headers: more })).status,
    { timeout: 30_000, interval: 100 },
  );
}

const servers = readdirSync(recipes).filter((file) => /^server.*\.ts$/.test(file));

// Each test starts a process: more of them at a time are not done sooner.
vi.setConfig({ maxConcurrency: 3 });

describe.concurrent.each(servers)("with %s", (server) => {
  const folder = copied(server);

  test("tenants-app.ts has a callback URL for each tenant", async () => {
    const app = await run(folder, "tenants-app.ts");
    const body = notification({ text: "hi" });
    expect(await post(app.port, { body, path: "/hooks/acme", key: "secret" })).toBe(200);
    await printed("acme: hi", app.stdout);
    expect(await post(app.port, { body, path: "/hooks/nobody", key: "secret" })).toBe(401);
    expect(await post(app.port, { body, key: "secret" })).toBe(404);
    await end(app);
  });

  test("https.ts serves with the certificate that it is given", async () => {
    const app = await run(folder, "https.ts");
    const request = signed(notification({ text: "over TLS" }), secret);
    const ca = tls.authority.cert;
    await vi.waitFor(
      async () => expect(await postSecurely({ port: app.port, ca }, request)).toBe(200),
      { timeout: 30_000, interval: 100 },
    );
    await printed("over TLS", app.stdout);
    await end(app);
  });
});

describe.concurrent("each recipe", () => {
  const folder = join(copies, "server");
  const sha256 = createHash("sha256").update(picture).digest("base64");
  const now = String(Math.floor(Date.now() / 1_000));

  test.each<[string, Sent, string]>([
    ["several-numbers-app.ts", { body: notification({ text: "hi" }) }, "To sales: hi"],
    [
      "several-numbers-app.ts",
      { body: notification({ text: "hi", phoneNumberId: "1" }) },
      "To nobody's desk: hi",
    ],
    ["customers-app.ts", { body: notification({ text: "hi", name: "Dana" }) }, "Dana is one of 1."],
    [
      "flow-answers-app.ts",
      { body: notification({ fixture: "messages/interactive-nfm-flow" }) },
      "4 of 5",
    ],
    [
      "statuses-app.ts",
      { body: notification({ fixture: "messages/status-read-with-pricing" }) },
      "read",
    ],
    [
      "media-app.ts",
      {
        body: notification({
          fixture: "messages/image",
          item: { image: { id: "190", mime_type: "image/jpeg", sha256 } },
        }),
      },
      "A picture of 9 bytes.",
    ],
    [
      "slow-bot-app.ts",
      { body: notification({ text: "hi", item: { timestamp: now } }) },
      "You said: hi",
    ],
    [
      "behind-load-balancer-app.ts",
      {
        body: notification({ text: "hi" }),
        headers: { "x-amzn-mtls-clientcert-subject": `CN=${META},O=Meta` },
      },
      "hi",
    ],
  ])("%s", async (program, sent, told) => {
    const app = await run(folder, program);
    expect(await post(app.port, sent)).toBe(200);
    await printed(`${told}\n`, app.stdout);
    await end(app);
  });

  test("mutual-tls-app.ts", async () => {
    const app = await run(folder, "mutual-tls-app.ts");
    const request = signed(notification({ text: "from Meta" }), secret);
    const secured = { port: app.port, ca: tls.authority.cert, client: meta.server };
    await vi.waitFor(async () => expect(await postSecurely(secured, request)).toBe(200), {
      timeout: 30_000,
      interval: 100,
    });
    await printed("from Meta", app.stdout);
    await end(app);
  });

  test("replay-dead-letters-app.ts", async () => {
    const app = await run(folder, "replay-dead-letters-app.ts");
    expect(await app.exited).toBe(0);
    expect(app.stdout()).toBe("To be handled again: 0\n");
  });
});
