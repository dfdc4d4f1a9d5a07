import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { vi } from "vitest";

// A busy machine is no reason to fail: each run starts a process that compiles its sources.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

/** How to start the command line from its sources. */
export const command: readonly string[] = [
  process.execPath,
  "--import",
  tsx,
  "--conditions=@whatsapp-webhooks/source",
  main,
];

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An environment without anything of this machine's that the command line reads. */
export function cleanEnv(
  more: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(WHATSAPP_|NO_COLOR|FORCE_COLOR|NODE_OPTIONS)/.test(name),
  );
  return { ...Object.fromEntries(own), ...more };
}

/** Runs the real program, in pipes. */
export function runCli(
  args: readonly string[],
  {
    env = {},
    stdin = "",
    cwd,
  }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly stdin?: string;
    readonly cwd?: string;
  } = {},
): Promise<Result> {
  const [program = "", ...before] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...before, ...args], { env: cleanEnv(env), cwd });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (stdout += part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => (stderr += part));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(stdin);
  });
}
