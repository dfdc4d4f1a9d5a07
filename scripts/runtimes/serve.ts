import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { cacheFolder } from "./install.ts";

/** How long a run-time may take until it serves. */
const START_MS = 60_000;

const servers = fileURLToPath(new URL("servers/", import.meta.url));

/** A started receiver. */
export interface Served {
  readonly url: string;
  /** What it has printed, for when something fails. */
  readonly output: () => string;
  readonly end: () => Promise<void>;
}

/** What a worker of today has for its compatibility date. */
const TODAY = "2026-07-01";

/** How each run-time is called to serve on a free port, which it prints. */
const commands: Readonly<
  Record<string, (file: string, date: string) => Promise<readonly string[]>>
> = {
  bun: async (file) => ["run", file],
  deno: async (file) => ["run", "--no-prompt", "--allow-net", "--allow-env", "--allow-read", file],
  workerd: async (file, date) => ["serve", await bundleWorker(file, date), "--control-fd=1"],
};

/** Whether the Fetch entry is tried on this run-time. */
export const serves = (name: string): boolean => name in commands;

/** Whether its webhooks live from one request to the next; else they are made for each. */
export const servesFromProcess = (name: string): boolean => name !== "workerd";

/** Starts this file on this run-time, by default the receiver that the cases are made for; `date` is for workers alone. */
export async function serve(
  name: string,
  binary: string,
  file = join(servers, `${name}.mjs`),
  date = TODAY,
): Promise<Served> {
  const args = (await commands[name]?.(file, date)) ?? [];
  const child = spawn(binary, args, {
    cwd: servers,
    env: { PATH: process.env.PATH, HOME: cacheFolder, DENO_DIR: join(cacheFolder, "deno-cache") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let timer: NodeJS.Timeout | undefined;
  const port = await new Promise<string>((resolve, reject) => {
    const keep = (text: string): void => {
      output += text;
      const [, found] = /^port (\d+)$|"port":(\d+)/m.exec(output)?.filter(Boolean) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`It ended with ${code}:\n${output}`)));
    timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`It printed no port in ${START_MS / 1000} seconds:\n${output}`));
    }, START_MS);
  }).finally(() => clearTimeout(timer));
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    async end() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

/** One module, as platforms for workers want it, beside its configuration. */
async function bundleWorker(file: string, date: string): Promise<string> {
  const folder = join(cacheFolder, "worker");
  mkdirSync(folder, { recursive: true });
  const bundle = await rolldown({
    input: file,
    platform: "neutral",
    external: /^node:/,
    resolve: { conditionNames: ["workerd", "worker", "import"], mainFields: ["module", "main"] },
  });
  await bundle.write({ file: join(folder, "worker.mjs") });
  await bundle.close();
  const config = join(folder, "config.capnp");
  const ours = readFileSync(join(servers, "workerd.capnp"), "utf8");
  writeFileSync(config, ours.replace("DATE", date));
  return config;
}
