import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Result } from "./results.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

/**
 * Runs the suites of these projects of vitest's on this Node.js; its processes and theirs find no other `node`. With `files`
 * only those whose path has one of these texts in it.
 */
export async function trySuites(
  runtime: string,
  binary: string,
  projects: readonly string[],
  files: readonly string[] = [],
): Promise<Result> {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "suites-"));
  const file = join(folder, "report.json");
  const child = spawn(
    binary,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      ...files,
      ...projects.map((project) => `--project=${project}`),
      "--reporter=dot",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
    {
      cwd: root,
      env: { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env.PATH}` },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const [code] = (await once(child, "close")) as [number | null];
  const { numPassedTests, numFailedTests, numPendingTests } = readReport(file);
  rmSync(folder, { recursive: true });
  return {
    runtime,
    what: `${projects.join(", ")} (SQLite: ${await bindingOf(binary)})`,
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests,
    seconds: (performance.now() - began) / 1000,
    failure: code === 0 ? undefined : output,
  };
}

/** Without a report nothing has run, which the exit code tells. */
function readReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  }
}

/** Which SQLite this Node.js has: its own, or none, and then the package's is tested. */
async function bindingOf(binary: string): Promise<string> {
  const script =
    'import("node:sqlite").then(() => "node:sqlite", () => "libsql").then(console.log)';
  const { stdout } = await promisify(execFile)(binary, ["--no-warnings", "-e", script]);
  return stdout.trim();
}
