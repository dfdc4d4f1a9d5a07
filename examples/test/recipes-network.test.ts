import { createHash } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AnyEvent, createWebhooks, type WebhookError } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { type NotificationRequest, notification, signed } from "@whatsapp-webhooks/testing";
import { afterEach, beforeAll, expect, test } from "vitest";
import { makeCertificates } from "../../packages/emulator/test/support/certificates.ts";
import { onlyMeta } from "../recipes/behind-load-balancer.ts";
import { download } from "../recipes/media.ts";
import { serveMeta } from "../recipes/mutual-tls.ts";
import { forTenants, type Tenant } from "../recipes/tenants.ts";
import { postSecurely } from "./support/secure-post.ts";

const META = "client.webhooks.fbclientcerts.com";
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const options = { appSecret: "secret", verifyToken: "token", logger: silent };
const servers: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
const serve = (listener: RequestListener) => listen(createServer(listener));

function post(url: string, { body, headers }: NotificationRequest, more = {}): Promise<number> {
  return fetch(url, { method: "POST", body, headers: { ...headers, ...more } }).then(
    ({ status }) => status,
  );
}

test("tenants: each has its secrets, its token and its accounts", async () => {
  const wabaId = "102290129340398";
  const rows: Record<string, Tenant> = {
    acme: { appSecrets: ["new", "old"], verifyToken: "acme's token", accounts: [wabaId] },
    zenith: { appSecrets: ["zenith's"], verifyToken: "zenith's token", accounts: ["999"] },
  };
  const webhooks = forTenants(async (name) => rows[name]);
  const listener = whatsappWebhooks(webhooks, { path: "/hooks/:tenant" });
  const heard: AnyEvent[] = [];
  webhooks.on("message.text", (event) => void heard.push(event));
  const url = `http://127.0.0.1:${await serve(listener)}/hooks`;
  const text = (words: string) => notification({ text: words, wabaId, phoneNumberId: "1" });

  expect(await post(`${url}/acme`, signed(text("with the old secret"), "old"))).toBe(200);
  expect(await post(`${url}/acme`, signed(text("with the new one"), "new"))).toBe(200);
  expect(await post(`${url}/acme`, signed(text("another tenant's"), "zenith's"))).toBe(401);
  expect(await post(`${url}/nobody`, signed(text("nobody's"), "old"))).toBe(401);
  // Zenith signs, but speaks of Acme's account.
  expect(await post(`${url}/zenith`, signed(text("not mine"), "zenith's"))).toBe(200);
  await webhooks.idle();
  expect(heard.map(({ tenant }) => tenant)).toEqual(["acme", "acme"]);

  const handshake = (tenant: string, token: string) =>
    fetch(
      `${url}/${tenant}?hub.mode=subscribe&hub.challenge=42&hub.verify_token=${encodeURIComponent(token)}`,
    ).then(({ status }) => status);
  expect(await handshake("acme", "acme's token")).toBe(200);
  expect(await handshake("acme", "zenith's token")).toBe(403);
  await webhooks.close();
});

/** Stands for the Graph API: an id gives a URL, and the URL the bytes, both to who has the token. */
async function graphWith(bytes: Buffer) {
  let base = "";
  const port = await serve((req, res) => {
    if (req.headers.authorization !== "Bearer access") res.writeHead(401).end();
    else if (req.url === "/v25.0/190") res.end(JSON.stringify({ url: `${base}/file` }));
    else if (req.url === "/file") res.end(bytes);
    else res.writeHead(404).end();
  });
  base = `http://127.0.0.1:${port}`;
  return { url: `${base}/v25.0`, accessToken: "access" };
}

test("media: the id gives the bytes, which are compared with what was announced", async () => {
  const bytes = Buffer.from("a picture");
  const graph = await graphWith(bytes);
  const { signal } = new AbortController();
  const hash = (encoding: "base64" | "hex") => createHash("sha256").update(bytes).digest(encoding);
  for (const sha256 of [hash("base64"), hash("hex"), undefined])
    expect(await download({ id: "190", sha256 }, graph, signal)).toEqual(bytes);
  const other = createHash("sha256").update("another").digest("base64");
  await expect(download({ id: "190", sha256: other }, graph, signal)).rejects.toThrow("announced");
  await expect(download({ id: "191" }, graph, signal)).rejects.toThrow("answered 404");
  await expect(download({}, graph, signal)).rejects.toThrow("no id");
  const wrong = { ...graph, accessToken: "wrong" };
  await expect(download({ id: "190" }, wrong, signal)).rejects.toThrow("answered 401");
  await expect(download({ id: "190" }, graph, AbortSignal.abort())).rejects.toThrow("aborted");
});

test("media: an event's own fields are what download takes", async () => {
  const graph = await graphWith(Buffer.from("not the picture of the fixture"));
  const errors: unknown[] = [];
  const webhooks = createWebhooks({
    ...options,
    retry: { maxAttempts: 1 },
    onError: ({ cause }: WebhookError) => errors.push((cause as Error | undefined)?.message),
  });
  webhooks.on("message.image", ({ data }, { signal }) =>
    download({ ...data.image, id: "190" }, graph, signal),
  );
  const port = await serve(whatsappWebhooks(webhooks));
  const body = notification({ fixture: "messages/image" });
  expect(await post(`http://127.0.0.1:${port}/webhooks/whatsapp`, signed(body, "secret"))).toBe(
    200,
  );
  await webhooks.idle();
  expect(errors[0]).toBe("The media is not what was announced.");
  await webhooks.close();
});

let tls: ReturnType<typeof makeCertificates>;
let meta: ReturnType<typeof makeCertificates>;
beforeAll(() => {
  tls = makeCertificates();
  meta = makeCertificates("DNS:meta", META);
});

test("mutual TLS: Meta's certificate gets in, none, another's and one of another name do not", async () => {
  const webhooks = createWebhooks(options);
  const heard: string[] = [];
  webhooks.on("message.text", ({ data }) => void heard.push(data.text.body));
  const pem = (text: string) => Buffer.from(text);
  const { key, cert } = tls.server;
  const server = serveMeta(
    { key: pem(key), cert: pem(cert), ca: pem(meta.authority.cert) },
    whatsappWebhooks(webhooks),
  );
  const port = await listen(server);
  const ca = tls.authority.cert;
  const text = (words: string) => signed(notification({ text: words }), "secret");

  expect(await postSecurely({ port, ca, client: meta.server }, text("from Meta"))).toBe(200);
  expect(await postSecurely({ port, ca }, text("without"))).not.toBe(200);
  expect(await postSecurely({ port, ca, client: tls.server }, text("of another CA"))).not.toBe(200);
  // The CA's own certificate is good, and has another name.
  expect(await postSecurely({ port, ca, client: meta.authority }, text("of another name"))).toBe(
    403,
  );
  // The certificate is no signature.
  const forged = signed(notification({ text: "forged" }), "another secret");
  expect(await postSecurely({ port, ca, client: meta.server }, forged)).toBe(401);
  await webhooks.idle();
  expect(heard).toEqual(["from Meta"]);
  await webhooks.close();
});

test.each([
  [`CN=${META},O=Meta,C=US`, 200],
  [`O=Meta, CN=${META}`, 200],
  [undefined, 403],
  ["CN=example.com", 403],
  [`CN=${META}.example.com`, 403],
  [`OU=CN=${META}`, 403],
  [`CN=${META},CN=example.com`, 403],
  [`CN=${META},O=Somebody\\, Inc.`, 200],
  [`CN=${META},O="Somebody, CN=Inc."`, 200],
  [`O=Somebody\\,CN=${META}`, 403],
  [`O=Somebody\\\\\\,CN=${META}`, 403],
  [`O="Somebody,CN=${META}"`, 403],
  [`O="Somebody\\",CN=${META}"`, 403],
  [`O="Somebody,CN=${META},C=US`, 403],
])("behind a load balancer: the subject %s is answered %i", async (subject, status) => {
  const webhooks = createWebhooks(options);
  webhooks.on("message.text", () => {});
  const port = await serve(onlyMeta(whatsappWebhooks(webhooks)));
  const headers = subject === undefined ? {} : { "x-amzn-mtls-clientcert-subject": subject };
  const url = `http://127.0.0.1:${port}/webhooks/whatsapp`;
  expect(await post(url, signed(notification({ text: "Hi" }), "secret"), headers)).toBe(status);
  // The load balancer's own health checks show no certificate.
  expect(await post(`http://127.0.0.1:${port}/health`, signed("", "secret"), headers)).toBe(404);
  await webhooks.close();
});
