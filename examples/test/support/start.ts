import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, vi } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
export const frameworks = ["express", "koa", "fastify", "node", "hono", "nestjs"] as const;
const secret = "an app secret";
const token = "a token";
export const authorization = "Basic d2E6c2FtcGxl";
export const settings = {
  WHATSAPP_APP_SECRET: secret,
  WHATSAPP_VERIFY_TOKEN: token,
  WHATSAPP_ONPREM_AUTHORIZATION: authorization,
  PORT: "0",
};

const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  scripts: Record<string, string>;
};

export interface Started {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, once it has ended and all it printed has been read. */
  readonly exited: Promise<number | null>;
}

// Every test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const running = new Set<ChildProcess>();

/** Whatever the tests of a file leave behind is ended, with its children: each has a process group of its own. */
afterAll(() => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, "SIGKILL");
});

/** Starts a command in the workspace's root as a user would, with these environment variables and none of the real ones. */
export function start(
  command: string,
  env: Readonly<Record<string, string>> = {},
  stdin: "ignore" | "pipe" = "ignore",
): Started {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn("sh", ["-c", command], {
    cwd: root,
    env: { PATH, HOME, ...env },
    detached: true,
    stdio: [stdin, "pipe", "pipe"],
  });
  running.add(child);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = once(child, "close").then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return { child, stdout: () => stdout, stderr: () => stderr, exited };
}

/** Runs a script of package.json as npm does, without waiting for npm. */
export function startScript(
  name: string,
  env?: Readonly<Record<string, string>>,
  argument = "",
): Started {
  return start(`${scripts[name]} ${argument}`, env);
}

/** Runs a script of package.json at a terminal of its own, as util-linux makes one; its stdin is the keyboard. */
export function startAtTerminal(name: string, argument = ""): Started {
  // Instead of a shell between, which Ctrl-C would end first.
  const command = `exec ${scripts[name]} ${argument}`;
  return start(`exec script --quiet --flush --return --command "${command}" /dev/null`, {}, "pipe");
}

/** Waits until a text has been printed. */
export async function printed(text: string, stream: () => string): Promise<void> {
  await vi.waitFor(() => expect(stream()).toContain(text), { timeout: 20_000 });
}

/** The URL of a sample app, as it says itself: on stderr, or on stdout where a framework speaks for it. */
export async function urlOf({ stdout, stderr, exited }: Started): Promise<string> {
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    const [url] = /http:\S+(?=\s)/.exec(stderr() + stdout()) ?? [];
    if (url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`It ended before it listened:\n${stdout()}${stderr()}`);
}

export function sign(body: string, key = secret): Record<string, string> {
  const hash = createHmac("sha256", key).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${hash}` };
}

export function fixture(name: string): string {
  const { body } = JSON.parse(readFileSync(`${root}fixtures/${name}.json`, "utf8"));
  return JSON.stringify(body);
}
