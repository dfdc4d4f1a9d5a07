// Fuzzes what takes bytes from strangers, guided by V8's coverage: `npm run fuzz -- --minutes 5 --target parse`. The same
// seed makes the same inputs in the same order. What does not hold is told with the smallest input that shows it, which is
// left in .fuzz; `--input <file>` runs that one again. `--help` tells the rest.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, parseArgs } from "node:util";
import { Coverage } from "./coverage.ts";
import { type Found, fuzz } from "./fuzz.ts";
import { Finding, type Target } from "./target.ts";
import { targets } from "./targets/index.ts";

const FOLDER = fileURLToPath(new URL("../../.fuzz/", import.meta.url));
const USAGE = `usage: npm run fuzz -- [--target <name>]… [--minutes <n> | --runs <n>] [--seed <n>] [--input <file>]
targets: ${Object.keys(targets).join(", ")} (default: all, one after the other)
--minutes and --runs are for each target; the default is one minute.`;

function fail(message: string): never {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        target: { type: "string", multiple: true },
        minutes: { type: "string" },
        runs: { type: "string" },
        seed: { type: "string", default: "1" },
        input: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : "unreadable options");
  }
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text === "" || !(number >= 0)) fail(`--${name} must be a number, not ${text}`);
  return number;
}

function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    return fail(`--input: ${error instanceof Error ? error.message : file}`);
  }
}

/** One input by itself: what came of it, or what does not hold. Whatever else is thrown is shown where it was thrown. */
async function runAgain(target: Target, name: string, input: Uint8Array): Promise<boolean> {
  try {
    console.log(`${name}: ${(await target.run(input)).join(", ")}`);
    return true;
  } catch (error) {
    console.log(`${name}: FOUND ${error instanceof Finding ? error.message : inspect(error)}`);
    return false;
  }
}

function tell({ message, input }: Found, name: string): void {
  mkdirSync(FOLDER, { recursive: true });
  const hash = createHash("sha256").update(input).digest("hex").slice(0, 12);
  const file = join(FOLDER, `${name}-${hash}`);
  writeFileSync(file, input);
  console.log(
    `FOUND ${message}\n  ${JSON.stringify(Buffer.from(input).toString().slice(0, 2_000))}`,
  );
  console.log(`  again: npm run fuzz -- --target ${name} --input .fuzz/${name}-${hash}`);
}

const { target: names = Object.keys(targets), help, ...options } = readOptions();
if (help) {
  console.log(USAGE);
  process.exit();
}
const input = options.input === undefined ? undefined : readInput(options.input);
const seed = numberOf("seed", options.seed);
const mostRuns = options.runs === undefined ? undefined : numberOf("runs", options.runs);
const mostMs = numberOf("minutes", options.minutes ?? "1") * 60_000;
const wanted = names.map((name): readonly [string, () => Promise<Target>] => [
  name,
  targets[name] ?? fail(`there is no target ${name}`),
]);
const coverage = new Coverage((url) => /\/packages\/\w+\/src\//.test(url));
let isSound = true;
for (const [name, make] of wanted) {
  const target = await make();
  if (input !== undefined) {
    isSound = (await runAgain(target, name, input)) && isSound;
  } else {
    const began = performance.now();
    const { runs, corpus, findings } = await fuzz(target, {
      seed,
      coverage,
      goesOn: (done) =>
        mostRuns === undefined ? performance.now() - began < mostMs : done < mostRuns,
      onFinding: (found) => tell(found, name),
    });
    isSound &&= findings.length === 0;
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(
      `${name}: ${runs} runs in ${seconds} s, ${corpus} inputs kept, ${coverage.size} characters of source reached, ${findings.length} findings (seed ${seed})`,
    );
  }
  await target.end?.();
}
coverage.end();
process.exitCode = isSound ? 0 : 1;
