import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { threadTimeNs } from "./machine.ts";
import type { RequestFile } from "./requests.ts";

/** Whether wrk and taskset are here. */
export const missingTools: readonly string[] = [
  ["wrk", "-v"],
  ["taskset", "-V"],
].flatMap(([tool = "", flag = ""]) => (spawnSync(tool, [flag]).error === undefined ? [] : [tool]));

/** What wrk saw. */
export interface Load {
  readonly requests: number;
  readonly durationUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Answers that were not 200, and requests without an answer. */
  readonly notOk: number;
  readonly failed: number;
  /** How much of a core wrk itself took: at 1 it would be what is measured. */
  readonly cores: number;
}

export interface LoadOptions {
  /** The number of the first request. */
  readonly first: number;
  readonly connections: number;
  readonly seconds: number;
  /** The core it runs on, as taskset has it. Default: any. */
  readonly core?: string | undefined;
}

const LOOK_MS = 50;

/** Sends the requests of the file from number `first` on, as fast as the answers come. */
export async function load(port: number, file: RequestFile, options: LoadOptions): Promise<Load> {
  const command = [
    ...["wrk", "-t1", `-c${options.connections}`, `-d${options.seconds}s`, "--timeout", "30s"],
    ...["-s", fileURLToPath(new URL("replay.lua", import.meta.url)), `http://127.0.0.1:${port}`],
  ];
  const [program = "", ...args] =
    options.core === undefined ? command : ["taskset", "-c", options.core, ...command];
  const wrk = spawn(program, args, {
    env: {
      ...process.env,
      REQUESTS: file.path,
      LENGTH: String(file.length),
      FIRST: String(options.first),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  wrk.stdout.on("data", (chunk) => {
    text += String(chunk);
  });
  let busyNs = 0;
  const look = setInterval(() => {
    busyNs = Math.max(busyNs, threadTimeNs(wrk.pid));
  }, LOOK_MS);
  await once(wrk, "close");
  clearInterval(look);
  const json = /^JSON (.*)$/m.exec(text)?.[1];
  if (json === undefined) throw new Error(`wrk said: ${text}`);
  const seen = JSON.parse(json) as Omit<Load, "cores">;
  return { ...seen, cores: busyNs / 1e3 / seen.durationUs };
}
