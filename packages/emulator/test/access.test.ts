import http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { knownByName } from "../src/server/access.ts";
import { started } from "./support/emulators.ts";
import { statusOf } from "./support/status-of.ts";

describe("an emulator that others reach", () => {
  const names: readonly (readonly [host: string, status: number])[] = [
    ["attacker.example", 403],
    ["attacker.example:4000", 403],
    ["127.0.0.1.attacker.example", 403],
    ["192.0.2.7", 200],
    ["192.0.2.7:4000", 200],
    ["[2001:db8::7]:4000", 200],
    ["LocalHost:4000", 200],
  ];

  test.each(names)("called %s, it answers %i", async (host, status) => {
    const { url } = await started({ server: { host: "0.0.0.0" } });
    const own = url.replace("0.0.0.0", "127.0.0.1");
    const headers = { host, origin: `http://${host}`, "content-type": "application/json" };
    expect(await statusOf(`${own}/emulator/secrets`, headers, "{}")).toBe(status);
    expect(await statusOf(own, { host })).toBe(status);
  });

  test.each([
    ["Emulator.lan", 200],
    ["emulator.lan:4000", 200],
    ["not-emulator.lan", 403],
  ])("started as emulator.lan and called %s, it answers %i", async (host, status) => {
    const server = http.createServer(knownByName("emulator.LAN", (_, res) => res.end()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(await statusOf(`http://127.0.0.1:${port}/`, { host }, "{}")).toBe(status);
  });

  test.skipIf(process.platform !== "linux")(
    "one at 127.0.0.2 is reached from this machine alone",
    async () => {
      const emulator = await started({ server: { host: "127.0.0.2" } });
      expect(emulator.isServedLocally).toBe(true);
      expect(await statusOf(emulator.url, {})).toBe(200);
      expect(await statusOf(emulator.url, { host: "192.0.2.7" })).toBe(403);
    },
  );
});
