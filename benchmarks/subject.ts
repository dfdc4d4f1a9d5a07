import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { threadTimeNs } from "./machine.ts";
import type { Question, ServerReport } from "./messages.ts";
import { type SubjectRow, subjectOf } from "./subjects.ts";

export interface StartOptions {
  /** The Node.js it runs with. Default: this one. */
  readonly node?: string;
  /** The cores it may use, as taskset has them. Default: all. */
  readonly cores?: string;
  /** Where its inbox keeps things: a file, or the URL of a Redis. */
  readonly place?: string;
  /** More flags for Node.js. */
  readonly flags?: readonly string[];
}

/** Of what it says when it ends at once; what it warns of under load is of no use here. */
const MOST_COMPLAINTS = 2_000;
const PATIENCE_MS = 60_000;

/** A server under test, as a process of its own. */
export class Subject {
  readonly row: SubjectRow;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(row: SubjectRow, port: number, child: ChildProcess) {
    this.row = row;
    this.port = port;
    this.#child = child;
  }

  get name(): string {
    return this.row.name;
  }

  /** Resolves when it listens. Rejects if it ends before. */
  static async start(name: string, options: StartOptions = {}): Promise<Subject> {
    const { node = process.execPath, cores, place = "", flags = [] } = options;
    const file = fileURLToPath(new URL("server.ts", import.meta.url));
    const command = [node, "--import", "tsx", ...flags, file, name, place];
    const [program = "", ...args] =
      cores === undefined ? command : ["taskset", "-c", cores, ...command];
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    const complaints = { last: "" };
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaints.last = (complaints.last + text).slice(-MOST_COMPLAINTS);
    });
    const message = await answerOf(child, name).catch((thrown: unknown) => {
      throw new Error(`${name} did not start: ${complaints.last}`, { cause: thrown });
    });
    return new Subject(subjectOf(name), (message as { port: number }).port, child);
  }

  /** CPU time of all threads that still live, in microseconds. */
  cpuUs(): number {
    return threadTimeNs(this.#child.pid) / 1_000;
  }

  residentBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024;
  }

  /** Tells it what to do, and hears what has happened since it was asked last. */
  async ask(question: Question = {}): Promise<ServerReport> {
    const answer = answerOf(this.#child, this.name);
    this.#child.send(question);
    return (await answer) as ServerReport;
  }

  /** Resolves when so many items have been handled since it was asked last, with what it reported. */
  async handled(count: number): Promise<ServerReport> {
    let total = await this.ask();
    for (const began = performance.now(); total.handled < count; ) {
      if (performance.now() - began > PATIENCE_MS)
        throw new Error(`${this.name} handled ${total.handled} of ${count}.`);
      await sleep(20);
      const more = await this.ask();
      total = {
        ...more,
        handled: total.handled + more.handled,
        stalls: [...total.stalls, ...more.stalls],
      };
    }
    return total;
  }

  /** Kills it; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }
}

async function answerOf(child: ChildProcess, name: string): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  try {
    const ended = once(child, "exit", { signal }).then(() => {
      throw new Error(`${name} ended by itself.`);
    });
    const [message] = await Promise.race([once(child, "message", { signal }), ended]);
    return message;
  } finally {
    over.abort();
  }
}
