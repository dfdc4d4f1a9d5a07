// `npm run bench`: the whole comparison, on one machine, in one run. Linux, two cores, wrk and taskset; `--help` tells what can
// be chosen. Each part is saved as soon as it is measured.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Machine, machineWith, StealWatch } from "./machine.ts";
import { type LoadName, loads } from "./requests.ts";
import { type HttpResult, openResults, type Results, saveResults } from "./results.ts";
import { Run } from "./run.ts";
import { measureBatch } from "./sections/batch.ts";
import { measureChecks } from "./sections/check.ts";
import { measureItems, measureStored } from "./sections/growth.ts";
import { measureHttp } from "./sections/http.ts";
import { measureStartup } from "./sections/startup.ts";
import { measureStress } from "./sections/stress.ts";
import { measureSync } from "./sections/sync.ts";
import { measureWaiting } from "./sections/waiting.ts";
import { subjects } from "./subjects.ts";
import { missingTools } from "./wrk.ts";

const SECTIONS = [
  "check",
  "http",
  "stress",
  "batch",
  "sync",
  "waiting",
  "startup",
  "items",
  "stored",
] as const;
type Section = (typeof SECTIONS)[number];

const HELP = `npm run bench -- [options]

  --only <parts>        some of: ${SECTIONS.join(", ")} (default: all)
  --subjects <text>     only servers with this in their names, such as "Express, ours"; may be given several times
  --loads <names>       some of: ${Object.keys(loads).join(", ")}
  --connections <list>  default 1,32,256
  --rounds <n>          of each comparison; default 5, at most 3 where no goal is judged
  --seconds <n>         of each round, whole; default 1
  --warmup <n>          seconds before the first; default 5, at most 2 with large bodies
  --requests <n>        of 1 KB that are written beforehand; default 700000
  --records <n>         that the SQLite file comes to remember; default 1000000
  --node <path>         the Node.js for the servers; default: this one
  --cores <list>        for the servers; default 0
  --load-core <n>       for the generator; default 1
  --folder <path>       on the disk that is to be measured; default: the one for temporary files
  --output <file>       default: benchmarks/results/<major of Node.js>.json; one that exists is added to
`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    only: { type: "string", default: SECTIONS.join(",") },
    subjects: { type: "string", multiple: true, default: [] },
    loads: { type: "string", default: Object.keys(loads).join(",") },
    connections: { type: "string", default: "1,32,256" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
    warmup: { type: "string", default: "5" },
    requests: { type: "string", default: "700000" },
    records: { type: "string", default: "1000000" },
    node: { type: "string", default: process.execPath },
    cores: { type: "string", default: "0" },
    "load-core": { type: "string", default: "1" },
    folder: { type: "string" },
    output: { type: "string" },
  },
});

const FRAMEWORK_PACKAGES = ["express", "koa", "fastify", "@hono/node-server"];
/** Above this share of the machine's time, others on the same host were felt. */
const MOST_STOLEN = 0.01;

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

function listOf<T extends string>(option: string, text: string, known: readonly T[]): readonly T[] {
  return text.split(",").map((word) => {
    const found = known.find((name) => name === word.trim());
    return found ?? fail(`--${option}: there is no "${word}". There is: ${known.join(", ")}.`);
  });
}

function numberOf(option: string, text: string | undefined): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  return fail(`--${option} must be a whole number above 0, got "${text}".`);
}

if (values.help) {
  process.stdout.write(HELP);
  process.exit();
}
const sections = listOf("only", values.only, SECTIONS);
const chosenLoads = listOf("loads", values.loads, Object.keys(loads) as LoadName[]);
const connections = values.connections.split(",").map((text) => numberOf("connections", text));
const [requests, records] = (["requests", "records"] as const).map((option) =>
  numberOf(option, values[option]),
) as [number, number];
const options = {
  node: values.node,
  serverCores: values.cores,
  loadCore: values["load-core"],
  rounds: numberOf("rounds", values.rounds),
  seconds: numberOf("seconds", values.seconds),
  warmupSeconds: numberOf("warmup", values.warmup),
  subjects: values.subjects,
  ...(values.folder === undefined ? {} : { folder: values.folder }),
};
if (process.platform !== "linux") fail("The benchmarks run on Linux only: they read /proc.");
if (missingTools.length > 0)
  fail(`Missing: ${missingTools.join(" and ")}. On Debian: apt-get install wrk util-linux.`);
if (availableParallelism() < 2)
  fail("The benchmarks need two cores: one for the server under test, one for the load.");

// This process and what it starts without a core of its own, Redis for one, stay off the servers' core.
spawnSync("taskset", ["-a", "-c", "-p", options.loadCore, String(process.pid)]);

const packages = [
  ...FRAMEWORK_PACKAGES,
  ...new Set(subjects.flatMap((row) => (row.package === undefined ? [] : [row.package]))),
];
const machine: Machine = machineWith(options.node, packages);
const major = /^v(\d+)/.exec(machine.node)?.[1] ?? "0";
const output = values.output ?? fileURLToPath(new URL(`results/${major}.json`, import.meta.url));
const results: Results = openResults(output, machine);
const run = new Run(options);

const measurements: Readonly<Record<Section, () => Promise<void>>> = {
  async check() {
    results.check = await measureChecks(run);
  },
  async http() {
    await measureHttp(run, { loads: chosenLoads, connections, requests }, (found, same) => {
      results.http = merged(results.http ?? [], found, httpKey);
      if (same !== undefined) results.same = same;
      save("http");
    });
  },
  async stress() {
    await measureStress(run, (found) => {
      results.stress = merged(
        results.stress ?? [],
        [found],
        (result) => result.subject + result.scenario,
      );
      save("stress");
    });
  },
  async batch() {
    await measureBatch(run, (found) => {
      results.batch = merged(results.batch ?? [], [found], (result) => result.subject);
      save("batch");
    });
  },
  async sync() {
    results.sync = await measureSync(run);
  },
  async waiting() {
    results.waiting = await measureWaiting(run);
  },
  async startup() {
    results.startup = measureStartup(run);
  },
  async items() {
    results.items = await measureItems(run);
  },
  async stored() {
    results.stored = await measureStored(run, records);
  },
};

/** Of the results that a part of a section leaves as they were, the warnings hold, too. */
const isPart = (["loads", "connections", "subjects"] as const).some((name) =>
  process.argv.some((word) => word === `--${name}` || word.startsWith(`--${name}=`)),
);
const warningsBefore = isPart ? results.warnings : {};

/** A run that is cut off keeps what it has, and what is wrong with it. */
function save(section: Section): void {
  const warnings = [...new Set([...(warningsBefore[section] ?? []), ...run.warnings])];
  results.warnings = { ...results.warnings, [section]: warnings };
  saveResults(output, results);
}

function httpKey({ subject, load, connections: count }: HttpResult): string {
  return `${subject}/${load}/${count}`;
}

/** What was found before, with what is found now in its place or at the end. */
function merged<T>(
  before: readonly T[],
  found: readonly T[],
  keyOf: (result: T) => string,
): readonly T[] {
  const all = new Map(before.map((result) => [keyOf(result), result]));
  for (const result of found) all.set(keyOf(result), result);
  return [...all.values()];
}

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    run.say(`Cut off. What was measured is in ${output}.`);
    void run.close().finally(() => process.exit(1));
  });

const began = performance.now();
for (const section of sections) {
  run.say(`-- ${section} (${Math.round((performance.now() - began) / 1_000)} s)`);
  const steal = new StealWatch();
  run.warnings.length = 0;
  try {
    await measurements[section]();
  } catch (thrown) {
    run.warn(`${section} broke off: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    process.exitCode = 1;
  }
  await run.stopAll();
  if (steal.share() > MOST_STOLEN)
    run.warn(`${(steal.share() * 100).toFixed(1)} % of the time was stolen by others on the host`);
  save(section);
}
await run.close();
run.say(`Done in ${Math.round((performance.now() - began) / 1_000)} s: ${output}`);
