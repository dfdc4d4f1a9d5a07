// What is measured on, and what else went on there meanwhile.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  /** That the servers ran with. */
  readonly node: string;
  readonly generator: string;
  readonly redis: string | undefined;
  /** Of each package that is measured. */
  readonly versions: Readonly<Record<string, string>>;
}

/** This machine, with the Node.js at that path for the servers, and these packages. */
export function machineWith(node: string, packages: readonly string[]): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: execFileSync(node, ["--version"], { encoding: "utf8" }).trim(),
    generator: firstLine("wrk", ["-v"]),
    redis: /v=(\S+)/.exec(firstLine("redis-server", ["--version"]))?.[1],
    versions: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}

function firstLine(program: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  return `${stdout ?? ""}${stderr ?? ""}`.split("\n")[0]?.replace(/ Copyright.*/, "") ?? "";
}

function versionOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      const manifest = readFileSync(`${folder}/${name}/package.json`, "utf8");
      return (JSON.parse(manifest) as { version: string }).version;
    } catch {
      // It is in another folder.
    }
  }
  return "not installed";
}

/** CPU time of all threads of a process that still live, in nanoseconds; 0 once it is gone. */
export function threadTimeNs(pid: number | undefined): number {
  try {
    const tasks = `/proc/${pid}/task`;
    const times = readdirSync(tasks).map((task) =>
      Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]),
    );
    return times.reduce((sum, ns) => sum + ns, 0);
  } catch {
    return 0;
  }
}

interface Ticks {
  readonly all: number;
  readonly stolen: number;
}

/** What of the machine's time was stolen by others on the same host, from here on. */
export class StealWatch {
  readonly #before = ticks();

  /** From 0 to 1, of the time since it was made. */
  share(): number {
    const now = ticks();
    const all = now.all - this.#before.all;
    return all === 0 ? 0 : (now.stolen - this.#before.stolen) / all;
  }
}

function ticks(): Ticks {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const [, ...numbers] = line.split(/\s+/).map(Number);
  // user nice system idle iowait irq softirq steal; what guests take is in user.
  const all = numbers.slice(0, 8).reduce((sum, n) => sum + n, 0);
  return { all, stolen: numbers[7] ?? 0 };
}
