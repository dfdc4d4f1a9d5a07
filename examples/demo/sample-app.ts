import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { PrintedEvent } from "../receiver/printed-event.ts";

export interface SampleApp {
  /** The callback URL. */
  readonly url: string;
  /** What it has told people, on stderr. */
  log(): string;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  /** Ends it as a deployment would; resolves to its exit code, null if it had to be killed. */
  stop(): Promise<number | null>;
}

const START_MS = 20_000;
const STOP_MS = 5_000;

/** Starts a sample app as a process of its own, on any free port, and hears the events that it prints. */
export async function startSampleApp(
  [script, ...args]: readonly [URL, ...string[]],
  env: Readonly<Record<string, string>>,
  onEvent: (event: PrintedEvent) => void,
): Promise<SampleApp> {
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(script), ...args], {
    env: { ...process.env, ...env, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Whatever ends the demo, it leaves no app behind.
  process.once("exit", () => child.kill("SIGKILL"));
  const exited = once(child, "close");

  createInterface(child.stdout).on("line", (line) => onEvent(JSON.parse(line) as PrintedEvent));
  const deadline = setTimeout(() => child.kill("SIGKILL"), START_MS);
  let log = "";
  const url = new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const [found] = /http:\S+(?=\s)/.exec(log) ?? [];
      if (found !== undefined) resolve(found);
    });
    void exited.then(() => reject(new Error(`The sample app did not start.\n${log}`)));
  });
  return {
    url: await url.finally(() => clearTimeout(deadline)),
    log: () => log,
    ended: exited,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      const [code] = await exited;
      clearTimeout(timer);
      // Windows knows no signals: there it was simply ended.
      return process.platform === "win32" ? 0 : code;
    },
  };
}
