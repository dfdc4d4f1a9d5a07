// Fuzzes what takes bytes from strangers, guided by V8's coverage: `npm run fuzz -- --minutes 5 --target parse`. The same
// seed makes the same inputs in the same order. What does not hold is told with the smallest input that shows it, which is
// left in .fuzz; `--input <file>` runs that one again.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Coverage } from "./coverage.ts";
import { type Found, fuzz } from "./fuzz.ts";
import type { Target } from "./target.ts";
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

const { target: names = Object.keys(targets), input, ...options } = readOptions();
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
    console.log(`${name}: ${(await target.run(readFileSync(input))).join(", ")}`);
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
