import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteStore } from "@whatsapp-webhooks/sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { recordedBodies } from "../../src/cli/replay/recorded-bodies.ts";
import { fixtureBody } from "../../src/fixtures.ts";
import { Receiver } from "../support/receiver.ts";
import { runCli } from "./support/run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "replay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const env = { WHATSAPP_APP_SECRET: "the app secret" };
const body = fixtureBody("messages/text");
const onPremises = fixtureBody("on-premises/text");

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function inbox(name: string, count: number): Promise<string> {
  const path = join(folder, name);
  const store = sqliteStore({ path });
  const records = Array.from({ length: count }, (_, i) => ({
    id: `record ${i}`,
    receivedAt: 1_790_000_000_000 + i,
    auth: { kind: i === 0 ? "on-premises" : "signature" } as const,
    body: Buffer.from(JSON.stringify(i === 0 ? onPremises : body)),
  }));
  await store.commit({ appends: records.map((record) => ({ record, held: true })), settles: [] });
  const settles = records.map(
    ({ id }) =>
      ({ id, kind: "dead_letter", completed: [], reason: "1 failed: message.text" }) as const,
  );
  await store.commit({ appends: [], settles });
  await store.close();
  return path;
}

describe("what is read", () => {
  const text = JSON.stringify(body);
  test.each([
    ["one body, sent as it was written", `  ${JSON.stringify(body, null, 2)}\n`, 1],
    ["an array", JSON.stringify([body, onPremises]), 2],
    ["lines", `${text}\n\n${JSON.stringify(onPremises)}\n`, 2],
    ["fixtures", JSON.stringify({ title: "x", body }), 1],
    ["the emulator's deliveries", JSON.stringify([{ body: text }, { body: text }]), 2],
  ])("%s", async (name, content, count) => {
    const bodies = await recordedBodies(file(`${name}.json`, content));
    expect(bodies).toHaveLength(count);
    expect(bodies.filter(({ isOnPremises }) => isOnPremises)).toHaveLength(
      count === 2 && !name.includes("deliveries") ? 1 : 0,
    );
    if (count === 1 && name.startsWith("one"))
      expect(Buffer.from(bodies[0]?.bytes ?? []).toString()).toBe(content.trim());
  });

  test("a folder, with everything below", async () => {
    mkdirSync(join(folder, "tree/deep"), { recursive: true });
    file("tree/a.json", text);
    file("tree/deep/b.jsonl", `${text}\n${text}`);
    file("tree/read.me", "nothing");
    mkdirSync(join(folder, "tree/folder.json"));
    expect(await recordedBodies(join(folder, "tree"))).toHaveLength(3);
  });

  test("a byte order mark is no part of it", async () => {
    const [first] = await recordedBodies(file("marked.json", `\ufeff${text}`));
    expect(Buffer.from(first?.bytes ?? []).toString()).toBe(text);
  });

  test.each([
    ["empty.json", "", "is empty"],
    ["page.json", "<html>", "page.json:1: this line is not JSON"],
    ["broken.jsonl", `${text}\n{"entry":`, "broken.jsonl:2: this line is not JSON"],
    ["other.json", '{"a":1}', "is no notification"],
    ["other-list.json", `[${text},7]`, "other-list.json[1] is no notification"],
    ["other.db", `SQLite format 3\0${"x".repeat(200)}`, "but no inbox"],
  ])("%s: %s", async (name, content, message) => {
    await expect(recordedBodies(file(name, content))).rejects.toThrow(message);
  });
});

test("all bodies are signed again and posted, and the answers summed up", async () => {
  const receiver = await Receiver.start();
  const path = file(
    "lines.jsonl",
    Array.from({ length: 30 }, () => JSON.stringify(body)).join("\n"),
  );
  const args = ["replay", path, "--to", receiver.url];
  const { code, stdout, stderr } = await runCli([...args, "--concurrency", "3"], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/✓ 30 posted to http:\S+ in \d+\.\d s: 200 × 30/);
  expect(stdout).not.toContain("\u001b");
  expect(receiver.notifications).toHaveLength(30);
  expect(receiver.mostAtOnce).toBeLessThanOrEqual(3);
});

test("no faster than allowed", async () => {
  const receiver = await Receiver.start();
  const path = file("rate.json", JSON.stringify([body, body, body, body, body]));
  const { stdout } = await runCli(["replay", path, "--to", receiver.url, "--rate", "5", "--json"], {
    env,
  });
  const report: { seconds: number; total: number } = JSON.parse(stdout);
  expect(report.total).toBe(5);
  expect(report.seconds).toBeGreaterThanOrEqual(0.79);
});

test("no faster than allowed, after a receiver that took its time, too", async () => {
  const receiver = await Receiver.start({
    async reply(_, count) {
      if (count === 1) await new Promise((resolve) => setTimeout(resolve, 1500));
      return 200;
    },
  });
  const path = file("stall.json", JSON.stringify(Array.from({ length: 12 }, () => body)));
  const pace = ["--rate", "10", "--concurrency", "1", "--json"];
  const { stdout } = await runCli(["replay", path, "--to", receiver.url, ...pace], { env });
  const report: { seconds: number; total: number } = JSON.parse(stdout);
  expect(report.total).toBe(12);
  // The first is 1.5 s under way, and the ten after the second wait 100 ms each.
  expect(report.seconds).toBeGreaterThanOrEqual(2.45);
});

test("what was not accepted is named, and the code is 1", async () => {
  const receiver = await Receiver.start({ reply: (_, count) => (count === 2 ? 500 : 200) });
  const path = file(
    "three.jsonl",
    [body, body, body].map((each) => JSON.stringify(each)).join("\n"),
  );
  const { code, stdout, stderr } = await runCli(
    ["replay", path, "--to", receiver.url, "--concurrency", "1"],
    { env },
  );
  expect(code).toBe(1);
  expect(stdout).toContain("three.jsonl:2");
  expect(stdout).toContain("200 × 2, 500 × 1");
  expect(stderr).toBe("whatsapp-webhooks: 1 of 3 were not accepted: only 200 counts.\n");
});

test("the dead letters of an inbox, which stay, while a receiver has it open", async () => {
  const receiver = await Receiver.start();
  const path = await inbox("inbox.db", 3);
  const store = sqliteStore({ path });
  await store.stats();
  const { code, stderr } = await runCli(["replay", path, "--to", receiver.url], {
    env: { ...env, WHATSAPP_ONPREM_AUTHORIZATION: "Basic abc" },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(receiver.notifications).toHaveLength(3);
  const unsigned = receiver.notifications.filter(
    ({ headers }) => headers.authorization === "Basic abc",
  );
  expect(unsigned).toHaveLength(1);
  expect(unsigned[0]?.headers).not.toHaveProperty("x-hub-signature-256");
  expect(await store.stats()).toMatchObject({ deadLetters: 3, waiting: 0 });
  await store.close();
});

test("an inbox without dead letters is nothing to send", async () => {
  const { code, stdout } = await runCli(["replay", await inbox("none.db", 0), "--json"], { env });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ total: 0 });
});
