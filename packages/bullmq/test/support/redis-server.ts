import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

export const isRedisMissing = spawnSync("redis-server", ["--version"]).status !== 0;

/** Everything on disk before the answer. */
export const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

/** A Redis of our own, on a free port of the loopback interface, that writes nothing outside a temporary folder. */
export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), "redis-"));
  readonly #options: readonly string[];
  #port = 0;
  #process: ChildProcess | undefined;

  constructor(options: readonly string[] = []) {
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Starts it; again after {@link kill}, on the same port, with what it had written. */
  async start(): Promise<void> {
    // Somebody else may take the port before Redis does.
    for (let attempt = 1; ; attempt++) {
      this.#port ||= await freePort();
      const fixed = ["--port", `${this.#port}`, "--bind", "127.0.0.1", "--dir", this.#folder];
      const child = spawn("redis-server", [...fixed, "--save", "", ...this.#options], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      this.#process = child;
      if (await isReady(child)) return;
      if (attempt === 3) throw new Error("redis-server did not start");
      this.#port = 0;
    }
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** It keeps its connections and says nothing any more, until {@link resume}. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function isReady(child: ChildProcess): Promise<boolean> {
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    // Later it says what nobody reads.
    if (said.length < 100_000) said += text;
  });
  while (child.exitCode === null) {
    if (said.includes("Ready to accept connections")) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}
