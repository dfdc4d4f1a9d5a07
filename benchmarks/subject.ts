import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ServerReport } from "./report.ts";

const TICK_US = 1e6 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** A server under test, as a process of its own. */
export class Subject {
  readonly name: string;
  readonly port: string;
  readonly #child: ChildProcess;

  private constructor(name: string, port: string, child: ChildProcess) {
    this.name = name;
    this.port = port;
    this.#child = child;
  }

  static async start(
    node: string,
    framework: string,
    inbox: string,
    path: string,
    cores: string,
  ): Promise<Subject> {
    const file = fileURLToPath(new URL("server.ts", import.meta.url));
    const args = ["-c", cores, node, "--import", "tsx", file, framework, inbox, path];
    const child = spawn("taskset", args, { stdio: ["ignore", "pipe", "inherit"] });
    return new Subject(`${framework} ${inbox}`, await lineOf(child), child);
  }

  /** CPU time of all threads, in microseconds. */
  cpuUs(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8").split(") ")[1]?.split(" ");
    return (Number(fields?.[11]) + Number(fields?.[12])) * TICK_US;
  }

  residentMegabytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  }

  async report(): Promise<ServerReport> {
    this.#child.kill("SIGUSR2");
    return JSON.parse(await lineOf(this.#child));
  }

  /** Resolves when it has handled so many, with what it reported. */
  async handled(count: number): Promise<ServerReport> {
    let total = await this.report();
    for (let wait = 0; total.handled < count; wait++) {
      if (wait > 600) throw new Error(`${this.name} handled ${total.handled} of ${count}.`);
      await sleep(50);
      const more = await this.report();
      total = { handled: total.handled + more.handled, stalls: [...total.stalls, ...more.stalls] };
    }
    return total;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

async function lineOf(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout ?? child, "data")) as [Buffer];
  return String(chunk).trim();
}
