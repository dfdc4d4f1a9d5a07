import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Receiver, VERIFY_TOKEN } from "../support/receiver.ts";
import { close, listen, ownServer, SECRET } from "./support/own-receiver.ts";
import { cleanEnv, command, runCli } from "./support/run-cli.ts";

/** A running `emulate`, and what it has said so far. */
class Running {
  output = "";
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const [program = "", ...before] = command;
    this.child = spawn(program, [...before, "emulate", "--port", "0", ...args], {
      env: cleanEnv({ WHATSAPP_APP_SECRET: SECRET, WHATSAPP_VERIFY_TOKEN: VERIFY_TOKEN, ...env }),
    });
    this.child.stdout?.setEncoding("utf8").on("data", (part: string) => (this.output += part));
    this.child.stderr?.setEncoding("utf8").on("data", (part: string) => (this.output += part));
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) return found;
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

async function write(url: string, text: string): Promise<number> {
  const { status } = await fetch(`${url}/emulator/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ phone: "12125550123", text }),
  });
  return status;
}

test("it says where things are, subscribes the receiver, tells of deliveries and ends cleanly", async () => {
  const receiver = await Receiver.start();
  const running = new Running(["--to", receiver.url]);
  const [, url = ""] = await running.says(/Graph API +(http:\S+)/);
  expect(running.output).toContain(`Page             ${url}/`);
  expect(running.output).toContain(`On-Premises API  ${url}/v1`);
  expect(running.output).toContain("(secrets as you gave them)");
  await running.says(/✓ subscribed/);
  expect(await write(url, "Grüße")).toBe(200);
  await running.says(/200 .* ms {2}message\.text/);
  expect(await running.stop("SIGINT")).toBe(0);
  expect(running.output).toMatch(/Stopped\. Requests: 1, .* every answer was 200\./);
  expect(running.output).not.toContain("\u001b");
  // They may be those of a real app.
  expect(running.output).not.toContain(SECRET);
  expect(running.output).not.toContain(VERIFY_TOKEN);
  expect(running.output).not.toMatch(/wamid|12125550123/);
});

test("it waits for a receiver that is not up yet, and hints at what its answers mean", async () => {
  const later = ownServer({ secret: "another" });
  const url = await listen(later);
  await close(later);
  const running = new Running(["--to", url.href]);
  await running.says(/waiting for .*nobody listens there yet/);
  const [, api = ""] = await running.says(/Graph API +(http:\S+)/);
  const server = ownServer({ secret: "another" });
  await new Promise<void>((resolve) => server.listen(Number(url.port), "127.0.0.1", resolve));
  onTestFinished(() => close(server));
  await running.says(/✓ subscribed/);
  await write(api, "Hello");
  await running.says(/401 .*message\.text\n +the signature was refused/);
  await running.says(/attempt 2/);
  expect(await running.stop("SIGTERM")).toBe(0);
});

test("while it waits for a receiver, nothing piles up", async () => {
  let asked = 0;
  const server = createServer((_, res) => {
    asked++;
    res.writeHead(403).end();
  });
  const url = await listen(server);
  onTestFinished(() => close(server));
  const preload = new URL("support/abort-listeners.mjs", import.meta.url);
  const running = new Running(["--to", url.href], { NODE_OPTIONS: `--import=${preload}` });
  await vi.waitFor(() => expect(asked).toBeGreaterThan(5), 60_000);
  expect(await running.stop("SIGTERM")).toBe(0);
  // Its own, and that of the pause between two attempts.
  expect(running.output).toMatch(/abort listeners: [12]\n/);
});

test("it ends at once while a receiver lets the handshake wait", async () => {
  let asked = false;
  const server = createServer(() => {
    asked = true;
  });
  const url = await listen(server);
  onTestFinished(() => close(server));
  const running = new Running(["--to", url.href]);
  await vi.waitFor(() => expect(asked).toBe(true), 60_000);
  const before = performance.now();
  expect(await running.stop("SIGINT")).toBe(0);
  // The handshake by itself takes ten seconds.
  expect(performance.now() - before).toBeLessThan(8000);
  expect(running.output).toContain("Stopped. Nothing was sent.");
});

test("it praises and blames nobody for answers that there were not", async () => {
  const receiver = await Receiver.start();
  const running = new Running(["--to", receiver.url, "--weather", "cutUploads=1"]);
  const [, url = ""] = await running.says(/Graph API +(http:\S+)/);
  await running.says(/✓ subscribed/);
  await write(url, "Hello");
  await running.says(/attempt 2/);
  expect(await running.stop("SIGINT")).toBe(0);
  expect(running.output).toMatch(/Stopped\. Requests: \d+, no answers\.\n$/);
});

test("--json: each line is a value", async () => {
  const receiver = await Receiver.start();
  const running = new Running(["--to", receiver.url, "--json"]);
  const [, url = ""] = await running.says(/"graphApi":"(http[^"]+)"/);
  await running.says(/"event":"subscribed"/);
  await write(url, "Hello");
  await running.says(/"event":"attempt"/);
  await running.stop("SIGTERM");
  const lines = running.output
    .trim()
    .split("\n")
    .map((line): { event: string } => JSON.parse(line));
  expect(lines.map(({ event }) => event)).toEqual(["started", "subscribed", "attempt", "stopped"]);
});

test("a port in use, and a storage that is none, are one line", async () => {
  const receiver = await Receiver.start();
  const { port } = new URL(receiver.url);
  const used = await runCli(["emulate", "--port", port]);
  expect(used).toMatchObject({ code: 1, stdout: "" });
  expect(used.stderr).toMatch(/^whatsapp-webhooks: port \d+ is in use: [^\n]+\n$/);
  const storage = await runCli(["emulate", "--port", "0", "--storage", "/nowhere/emulator.db"]);
  expect(storage.code).toBe(1);
  expect(storage.stderr).toMatch(
    /^whatsapp-webhooks: \/nowhere\/emulator.db cannot be used[^\n]+\n$/,
  );
});

test("a storage of another emulator is refused while that one runs, in one line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "emulate-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const storage = ["--storage", join(folder, "emulator.db")];
  const first = new Running(storage);
  await first.says(/Graph API/);
  const second = await runCli(["emulate", "--port", "0", ...storage]);
  expect(second).toMatchObject({ code: 1, stdout: "" });
  expect(second.stderr).toMatch(
    /^whatsapp-webhooks: \S+emulator\.db is in use by another emulator\. [^\n]+\n$/,
  );
  // However it ends.
  await first.stop("SIGKILL");
  const third = new Running(storage);
  await third.says(/Graph API/);
  expect(await third.stop("SIGTERM")).toBe(0);
});

test("an address that others reach is warned of", async () => {
  const open = new Running(["--host", "0.0.0.0"]);
  await open.says(/Others reach this address/);
  const closed = new Running([]);
  await closed.says(/Graph API/);
  expect(await closed.stop("SIGTERM")).toBe(0);
  expect(closed.output).not.toContain("Others");
});
