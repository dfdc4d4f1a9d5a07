// Tries the packages on every run-time they are made for: `npm run test:runtimes -- [--quick] [--projects=core,sqlite] [run-time ...]`.
// A run-time is `bun`, `deno`, `workerd`, `node` or one of its versions, such as `node-22`; without any it is all.
import { inspect, parseArgs } from "node:util";
import { packageNames } from "../package-names.ts";
import { tryFetchEntry } from "./fetch-entry.ts";
import { install, type Runtime, runtimes } from "./install.ts";
import { trySuites } from "./node-suites.ts";
import { type Result, report } from "./results.ts";
import { serves } from "./serve.ts";

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
];
const QUICK_RUNTIMES = ["node-22", "node-24", "bun", "deno", "workerd"];

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false }, projects: { type: "string" } },
  allowPositionals: true,
});
const projects = values.projects?.split(",") ?? (values.quick ? QUICK : ALL);
const named = positionals.length > 0 ? positionals : values.quick ? QUICK_RUNTIMES : [];

const titleOf = ({ name, version }: Runtime): string => `${name}-${version}`;
const isMeant = (runtime: Runtime, name: string): boolean =>
  name === runtime.name || titleOf(runtime) === name || titleOf(runtime).startsWith(`${name}.`);

for (const name of named)
  if (!runtimes.some((runtime) => isMeant(runtime, name)))
    throw new Error(
      `There is no run-time ${name}. There are: ${runtimes.map(titleOf).join(", ")}.`,
    );
const chosen = runtimes.filter(
  (runtime) => named.length === 0 || named.some((name) => isMeant(runtime, name)),
);

async function tryOn(runtime: Runtime): Promise<Result> {
  const title = titleOf(runtime);
  try {
    const binary = await install(runtime);
    console.error(`${title} ...`);
    if (serves(runtime.name)) return await tryFetchEntry(title, runtime.name, binary);
    return await trySuites(title, binary, projects, values.quick ? QUICK_FILES : []);
  } catch (error) {
    const failure = inspect(error);
    return { runtime: title, what: "did not start", passed: 0, failed: 1, seconds: 0, failure };
  }
}

const results: Result[] = [];
for (const runtime of chosen) results.push(await tryOn(runtime));
console.log(report(results));
if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
