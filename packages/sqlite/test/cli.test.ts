import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { notification } from "@whatsapp-webhooks/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqliteStore } from "../src/sqlite-store.ts";

const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cli-"));
const path = join(folder, "inbox.db");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--conditions=@whatsapp-webhooks/source", cli, ...args],
    { encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

beforeAll(async () => {
  const store = sqliteStore({ path });
  const records = ["first", "second", "third"].map((id) => ({
    id,
    receivedAt: 1_790_000_000_000,
    auth: { kind: "signature" } as const,
    body: Buffer.from(
      JSON.stringify(notification({ text: `text of ${id}`, from: `1212555010${id.length}` })),
    ),
  }));
  await store.commit({ appends: records.map((record) => ({ record, held: true })), settles: [] });
  const settles = records.map(
    ({ id }) =>
      ({ id, kind: "dead_letter", completed: [], reason: "1 failed: message.text" }) as const,
  );
  await store.commit({ appends: [], settles });
  await store.close();
}, 60_000);

test("list, show, replay, discard and erase, as people would", { timeout: 120_000 }, () => {
  const list = run(path, "list");
  expect(list.status).toBe(0);
  expect(
    list.stdout.split("\n").filter((line) => line.includes("1 failed: message.text")),
  ).toHaveLength(3);

  const shown = run(path, "show", "first");
  expect(shown.stdout).toContain("message.text");
  expect(shown.stdout).not.toContain("text of first");
  expect(run(path, "show", "first", "--body").stdout).toContain("text of first");

  expect(run(path, "replay", "first")).toMatchObject({ status: 0, stdout: "1 replayed\n" });
  expect(run(path, "stats", "--json").stdout).toContain('"waiting":1');
  expect(run(path, "erase", "12125550106").stdout).toBe("1 erased\n");
  expect(JSON.parse(run(path, "list", "--json").stdout)).toMatchObject([
    { id: "third", attempts: 1 },
  ]);
  expect(run(path, "discard", "--all").stdout).toBe("1 discarded\n");
  expect(run(path).stdout).toBe("no dead letters\n");
});

test.each([
  [["/nowhere/inbox.db"], 2, "there is no file /nowhere/inbox.db"],
  [[path, "lsit"], 2, "there is no command lsit"],
  [[path, "replay"], 2, "name ids, or --all"],
  [[path, "show", "nothing"], 2, "nothing here has the id nothing"],
  [[path, "erase"], 2, "erase takes the texts to look for"],
  [[path, "list", "--jsn"], 2, "--jsn"],
])(
  "a mistake in the call is one line and a code of its own: %j",
  { timeout: 60_000 },
  (args, status, message) => {
    const result = run(...(args as string[]));
    expect(result.status).toBe(status);
    expect(result.stdout).toBe("");
    expect(result.stderr).toContain(message);
    expect(result.stderr.trim().split("\n")).toHaveLength(1);
  },
);

test("without a file it explains itself", { timeout: 60_000 }, () => {
  const help = run();
  expect(help.status).toBe(0);
  expect(help.stdout).toContain("replay <id>");
});
