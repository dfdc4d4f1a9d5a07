import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { RequestFile } from "./requests.ts";

const LOAD_CORE = "1";

/** What wrk saw. */
export interface Load {
  readonly requests: number;
  readonly durationUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Answers that were not 200, and requests without an answer. */
  readonly notOk: number;
  readonly failed: number;
}

/** Sends the requests of the file from number `first` on, as fast as the answers come. */
export async function load(
  port: string,
  file: RequestFile,
  options: { readonly first: number; readonly connections: number; readonly seconds: number },
): Promise<Load> {
  const wrk = spawn(
    "taskset",
    [
      ...["-c", LOAD_CORE, "wrk", "-t1", `-c${options.connections}`, `-d${options.seconds}s`],
      ...["--timeout", "30s", "-s", fileURLToPath(new URL("replay.lua", import.meta.url))],
      `http://127.0.0.1:${port}`,
    ],
    {
      env: {
        ...process.env,
        REQUESTS: file.path,
        LENGTH: String(file.length),
        FIRST: String(options.first),
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let text = "";
  wrk.stdout.on("data", (chunk) => {
    text += String(chunk);
  });
  await once(wrk, "close");
  const json = /^JSON (.*)$/m.exec(text)?.[1];
  if (json === undefined) throw new Error(`wrk said: ${text}`);
  return JSON.parse(json);
}
