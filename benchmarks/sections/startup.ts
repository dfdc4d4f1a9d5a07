// What it takes to import core and an adapter beside a framework, in fresh processes.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, short } from "../figures.ts";
import type { StartupResult } from "../results.ts";
import type { Run } from "../run.ts";

const FRAMEWORKS = ["node", "express", "koa", "fastify"];
const PROCESSES = 21;

interface Imported {
  readonly ms: number;
  readonly mb: number;
}

/** Each framework alone, with zod, which ours cannot do without, and with ours beside it, in turn. */
export function measureStartup(run: Run, processes = PROCESSES): readonly StartupResult[] {
  return FRAMEWORKS.map((framework) => {
    const alone: Imported[] = [];
    const zod: Imported[] = [];
    const both: Imported[] = [];
    for (let i = 0; i < processes; i++) {
      alone.push(probe(run, framework, "alone"));
      zod.push(probe(run, framework, "zod"));
      both.push(probe(run, framework, "both"));
    }
    const result = {
      framework,
      processes,
      alone: middleOf(alone),
      zod: middleOf(zod),
      both: middleOf(both),
    };
    run.say(
      `${framework}: ${result.alone.ms} ms and ${result.alone.mb} MB alone, ${result.zod.ms} ms and ${result.zod.mb} MB with zod, ${result.both.ms} ms and ${result.both.mb} MB with ours`,
    );
    return result;
  });
}

function probe({ options }: Run, framework: string, mode: "alone" | "zod" | "both"): Imported {
  const file = fileURLToPath(new URL("../startup-probe.mjs", import.meta.url));
  const command = [options.node, "--expose-gc", file, framework, mode];
  const [program = "", ...args] =
    options.serverCores === undefined
      ? command
      : ["taskset", "-c", options.serverCores, ...command];
  return JSON.parse(execFileSync(program, args, { encoding: "utf8" })) as Imported;
}

function middleOf(all: readonly Imported[]): Imported {
  return {
    ms: short(median(all.map(({ ms }) => ms))),
    mb: short(median(all.map(({ mb }) => mb))),
  };
}
