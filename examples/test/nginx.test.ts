import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { notification, signed } from "@whatsapp-webhooks/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeCertificates } from "../../packages/emulator/test/support/certificates.ts";
import { isNginxMissing, startNginx } from "./support/nginx.ts";
import { postSecurely } from "./support/secure-post.ts";

const META = "client.webhooks.fbclientcerts.com";
const MB = 1024 * 1024;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const recipe = readFileSync(new URL("../recipes/nginx.conf", import.meta.url), "utf8");

describe.skipIf(isNginxMissing)("nginx.conf", () => {
  const ours = makeCertificates();
  const metas = makeCertificates("DNS:meta", META);
  const namedAlike = [
    `${META}.example.com`,
    `example.${META}`,
    `example.com/OU=CN=${META}`,
    `example.com/O=Somebody,CN=${META}`,
  ].map((name) => makeCertificates("DNS:example", name));
  const ca = ours.authority.cert;
  const text = (words: string) => signed(notification({ text: words }), "secret");
  let heard: string[];
  let port: number;
  let end: () => Promise<unknown>;

  beforeEach(async () => {
    const webhooks = createWebhooks({
      appSecret: "secret",
      verifyToken: "token",
      logger: silent,
    });
    heard = [];
    webhooks.on("message.text", ({ data }) => void heard.push(data.text.body));
    const app = createServer(whatsappWebhooks(webhooks)).listen(0, "127.0.0.1");
    await new Promise((resolve) => app.once("listening", resolve));
    end = async () => {
      await webhooks.close();
      app.close();
    };
    const { port: behind } = app.address() as AddressInfo;
    port = await startNginx((listened) => conf(listened, behind), {
      "fullchain.pem": ours.server.cert,
      "key.pem": ours.server.key,
      "meta-outbound-api-ca-2025-12.pem": [metas, ...namedAlike]
        .map(({ authority }) => authority.cert)
        .join(""),
    });
  });
  afterEach(() => end());

  test("Meta's certificate gets in; none, another's and one of another name do not", async () => {
    const meta = { port, ca, client: metas.server };
    expect(await postSecurely(meta, text("from Meta"))).toBe(200);
    expect(await postSecurely(meta, signed(text("forged").body, "another secret"))).toBe(401);
    expect(await postSecurely({ port, ca }, text("without"))).toBe(400);
    expect(await postSecurely({ port, ca, client: ours.server }, text("of another CA"))).toBe(400);
    // The CA's own certificate is good, and has another name.
    const other = { port, ca, client: metas.authority };
    expect(await postSecurely(other, text("of another name"))).toBe(403);
    await expect.poll(() => heard).toEqual(["from Meta"]);
  });

  test("a certificate with a name like Meta's, of a CA that is trusted, does not get in", async () => {
    for (const { server: client } of namedAlike)
      expect(await postSecurely({ port, ca, client }, text("of another name"))).toBe(403);
  });

  test("a body of 3 MB gets through as it is", async () => {
    // An "é" is escaped, as by the platform: six bytes.
    const long = "é".repeat((3 * MB) / 6 - 1_000);
    expect(await postSecurely({ port, ca, client: metas.server }, text(long))).toBe(200);
    await expect.poll(() => heard[0]?.length, { timeout: 10_000 }).toBe(long.length);
    expect(heard).toEqual([long]);
  });
});

/** The recipe, with the ports and the folder of a test. */
function conf(port: number, behind: number): string {
  return recipe
    .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
    .replaceAll("/etc/nginx/tls/", "")
    .replace("http://127.0.0.1:3000", `http://127.0.0.1:${behind}`);
}
