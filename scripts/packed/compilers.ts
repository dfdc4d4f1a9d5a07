import { spawnSync } from "node:child_process";
import { outputOf } from "./command.ts";
import type { Project } from "./project.ts";

/** The oldest that is supported, and the last of 5, 6 and 7. */
export const compilers = ["5.5", "5.9", "6.0", "7.0"] as const;
export const [oldestCompiler, , , newestCompiler] = compilers;

/** What the types of a program that listens to every event may cost: about twice what it is today. */
const INSTANTIATIONS = 800_000;

/** How a project of a user's may be set up. */
interface Setup {
  readonly title: string;
  /** How its files end, which tells what they are compiled to. */
  readonly ending: "mts" | "cts" | "ts";
  readonly flags: readonly string[];
  /** The first TypeScript that can. */
  readonly since?: string;
}

const setups: readonly Setup[] = [
  { title: "nodenext", ending: "mts", flags: ["--module", "nodenext"] },
  {
    title: "bundler",
    ending: "mts",
    flags: ["--module", "esnext", "--moduleResolution", "bundler"],
  },
  // Before, it did not know that Node.js loads ECMAScript modules by require().
  { title: "nodenext, CommonJS", ending: "cts", flags: ["--module", "nodenext"], since: "5.8" },
  // Looks for types as a bundler does since 6, and until then as Node.js 10 did.
  {
    title: "CommonJS",
    ending: "ts",
    flags: ["--module", "commonjs", "--esModuleInterop"],
  },
];

/** Declarations may be wrong that other packages bring; they are told, and no fault of ours. */
const OF_OTHERS = /^node_modules\/(?!@whatsapp-webhooks\/)/;

const FLAGS = [
  ...["--noEmit", "--strict", "--exactOptionalPropertyTypes"],
  ...["--target", "es2022", "--types", "node"],
];

/** npm's aliases for these versions of TypeScript: they can be installed beside each other. */
export function aliasesOf(versions: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    versions.map((version) => [`ts${version}`, `npm:typescript@~${version}.0`]),
  );
}

/**
 * Compiles a program that imports all these entries and one with typed handlers, in every way that a project may be set
 * up, and checks the declarations of the packages and of what they bring, too.
 */
export function tryCompiler(version: string, project: Project, entries: readonly string[]): void {
  const lines = entries.map((name, i) => `export * as p${i} from ${JSON.stringify(name)};`);
  for (const { title, ending, flags, since } of setups) {
    if (since !== undefined && Number(version) < Number(since)) continue;
    const files = [`all.${ending}`, `typed.${ending}`];
    project.write(`all.${ending}`, lines.join("\n"));
    project.take("typed.mts", `typed.${ending}`);
    const began = performance.now();
    const args = [tsc(version, project), ...FLAGS, ...flags, ...files];
    const { status, stdout } = spawnSync(process.execPath, args, {
      cwd: project.folder,
      encoding: "utf8",
    });
    const errors = stdout.split("\n").filter((line) => line.includes("error TS"));
    const ours = errors.filter((line) => !OF_OTHERS.test(line));
    if (ours.length > 0 || (status !== 0 && errors.length === 0))
      throw new Error(`TypeScript ${version}, ${title}:\n${ours.join("\n") || stdout}`);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`TypeScript ${version}, ${title}: ${seconds} s`);
    for (const line of errors) console.log(`  not ours: ${line}`);
  }
}

/** Measures what a program costs that listens to every event; `every-event.mts` must be there. */
export function checkCost(version: string, project: Project): void {
  const flags = [...FLAGS, "--skipLibCheck", "--module", "nodenext", "--extendedDiagnostics"];
  const report = outputOf(
    process.execPath,
    [tsc(version, project), ...flags, "every-event.mts"],
    project.folder,
  );
  const count = Number(/Instantiations:\s+(\d+)/.exec(report)?.[1]);
  if (!(count < INSTANTIATIONS))
    throw new Error(
      `TypeScript ${version} needs ${count} instantiations; the budget is ${INSTANTIATIONS}`,
    );
  const [, time] = /Total time:\s+(\S+)/.exec(report) ?? [];
  console.log(`TypeScript ${version}, every event: ${count} instantiations, ${time}`);
}

const tsc = (version: string, project: Project): string =>
  project.installed(`ts${version}/bin/tsc`);
