// Tries the packages on every run-time they are made for: `npm run test:runtimes`; `-- --help` tells how to run a part of it.
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, parseArgs } from "node:util";
import { packageNames } from "../package-names.ts";
import { tryFetchEntry } from "./fetch-entry.ts";
import { install, type Runtime, runtimes } from "./install.ts";
import { trySuites } from "./node-suites.ts";
import { type Result, report } from "./results.ts";
import { serves } from "./serve.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Everything but the types, which no run-time changes, and what is about this repository. */
const ALL = [...packageNames, "examples"];
/** What CI has the time for: what meets the run-time's own streams, cryptography, timers and SQLite, and every fixture. */
const QUICK = ["core", "sqlite"];
const QUICK_FILES = [
  "packages/core/test/receiver",
  "packages/core/test/signature",
  "packages/core/test/node",
  "packages/core/test/fetch",
  "packages/core/test/uploads",
  "packages/core/test/webhooks",
  "packages/core/test/processor",
  "packages/core/test/fixtures",
  "packages/core/test/memory-inbox",
  "packages/core/test/inline-inbox",
  "packages/core/test/store-inbox",
  "packages/sqlite/test/store-suite",
  "packages/sqlite/test/inbox-suite",
  "packages/sqlite/test/plans",
  "packages/sqlite/test/cli",
];
const QUICK_RUNTIMES = ["node-22", "node-24", "bun", "deno", "workerd"];

const titleOf = ({ name, version }: Runtime): string => `${name}-${version}`;

const USAGE = `usage: npm run test:runtimes -- [--quick] [--projects=<name>,<name>] [<run-time> ...]
run-times: ${runtimes.map(titleOf).join(", ")} (default: all, one after the other)
  node is every version of it, node-22 that one
--projects: whose tests run on Node.js, of ${ALL.join(", ")} (default: all)
--quick: a part of the tests of ${QUICK.join(" and ")}, on ${QUICK_RUNTIMES.join(", ")}, as CI does`;

function fail(message: string): never {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        projects: { type: "string" },
        help: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    return { ...values, named: positionals };
  } catch (error) {
    return fail(error instanceof Error ? error.message : "unreadable options");
  }
}

const isMeant = (runtime: Runtime, name: string): boolean =>
  name === runtime.name || titleOf(runtime) === name || titleOf(runtime).startsWith(`${name}.`);

const { quick, help, ...options } = readOptions();
if (help) {
  console.log(USAGE);
  process.exit();
}
const projects = options.projects?.split(",") ?? (quick ? QUICK : ALL);
for (const project of projects)
  if (!ALL.includes(project)) fail(`there is no project ${JSON.stringify(project)}`);
const files = quick ? QUICK_FILES : [];
// A name that stands for nothing any more would be left out without a word.
for (const file of files)
  if (!readdirSync(join(root, dirname(file))).some((name) => name.startsWith(basename(file))))
    throw new Error(`No test is called ${file}…: correct QUICK_FILES in scripts/runtimes/main.ts.`);
const named = options.named.length > 0 ? options.named : quick ? QUICK_RUNTIMES : [];
for (const name of named)
  if (!runtimes.some((runtime) => isMeant(runtime, name))) fail(`there is no run-time ${name}`);
const chosen = runtimes.filter(
  (runtime) => named.length === 0 || named.some((name) => isMeant(runtime, name)),
);

async function tryOn(runtime: Runtime): Promise<Result> {
  const title = titleOf(runtime);
  try {
    const binary = await install(runtime);
    console.error(`${title} ...`);
    if (serves(runtime.name)) return await tryFetchEntry(title, runtime.name, binary);
    return await trySuites(title, binary, projects, files);
  } catch (error) {
    const failure = inspect(error);
    const none = { passed: 0, failed: 1, skipped: 0, seconds: 0 };
    return { runtime: title, what: "did not start", ...none, failure };
  }
}

const results: Result[] = [];
for (const runtime of chosen) results.push(await tryOn(runtime));
console.log(report(results));
if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
