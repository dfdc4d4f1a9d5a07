import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { freePort } from "../../packages/bullmq/test/support/free-port.ts";
import { commandNameFaults } from "../release/command-names.ts";

vi.setConfig({ testTimeout: 120_000 });
const ours = "git+https://github.com/whatsapp-webhooks/whatsapp-webhooks.git";
const server = createServer();

afterEach(async () => {
  vi.unstubAllEnvs();
  server.removeAllListeners("request");
  await new Promise((resolve) => server.close(resolve));
});

/** A registry with these packages, by name with the URL of their repository, which npm asks from now on. */
async function registry(packages: Readonly<Record<string, string | undefined>>): Promise<void> {
  server.on("request", (req, res) => {
    const name = (req.url ?? "").slice(1);
    if (!(name in packages)) {
      res.writeHead(404, { "content-type": "application/json" }).end('{"error":"Not found"}');
      return;
    }
    const url = packages[name];
    const version = { name, version: "0.0.1", ...(url && { repository: { type: "git", url } }) };
    res.setHeader("content-type", "application/json");
    res.end(
      JSON.stringify({ name, "dist-tags": { latest: "0.0.1" }, versions: { "0.0.1": version } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  useRegistry((server.address() as AddressInfo).port);
}

function useRegistry(port: number): void {
  vi.stubEnv("npm_config_registry", `http://127.0.0.1:${port}`);
  vi.stubEnv("npm_config_noproxy", "127.0.0.1");
}

test("a release is not kept back when the names of the commands are ours", async () => {
  await registry({ "whatsapp-webhooks": ours, "whatsapp-webhooks-inbox": ours });
  expect(await commandNameFaults()).toEqual([]);
});

test("it is when npm has no such package, or somebody else's", async () => {
  await registry({ "whatsapp-webhooks": "git+https://github.com/somebody/else.git" });
  expect((await commandNameFaults()).toSorted()).toEqual([
    expect.stringMatching(/^npm has no package whatsapp-webhooks-inbox, .* publish it/),
    expect.stringMatching(
      /^the package whatsapp-webhooks on npm does not name .* see whose it is$/,
    ),
  ]);
});

test("it is when a package says nothing of where it comes from", async () => {
  await registry({ "whatsapp-webhooks": undefined, "whatsapp-webhooks-inbox": ours });
  expect(await commandNameFaults()).toEqual([
    `the package whatsapp-webhooks on npm does not name ${ours} as its repository: see whose it is`,
  ]);
});

test("it is when npm's registry does not answer, and that is told", async () => {
  useRegistry(await freePort());
  vi.stubEnv("npm_config_fetch_retry_mintimeout", "1");
  expect(await commandNameFaults()).toEqual(
    ["whatsapp-webhooks-inbox", "whatsapp-webhooks"].map(
      (name) =>
        `npm does not say whose the package ${name} is (ECONNREFUSED): try again when it answers`,
    ),
  );
});
