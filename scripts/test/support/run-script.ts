import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** What a script printed, what it complained of, and its exit code; 0 is success. */
export interface Ran {
  readonly code: number | null;
  readonly printed: string;
  readonly complaints: string;
}

/** Runs a script of this folder's, such as `fuzz/main.ts`, in a process of its own, from the sources. */
export async function runScript(file: string, ...args: readonly string[]): Promise<Ran> {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const options = ["--import", tsx, "--conditions=@whatsapp-webhooks/source", path, ...args];
  const child = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "pipe"] });
  let [printed, complaints] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, printed, complaints };
}
