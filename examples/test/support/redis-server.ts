import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Started, start } from "./start.ts";

export const isRedisMissing = spawnSync("redis-server", ["--version"]).status !== 0;

/** A Redis of our own, on a free port of the loopback interface, that writes nothing outside a temporary folder. */
export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), "redis-"));
  #port = 0;
  #process: Started | undefined;

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Starts it; again after {@link kill}, it is empty. */
  async start(): Promise<void> {
    // Somebody else may take the port before Redis does.
    for (let attempt = 1; ; attempt++) {
      this.#port ||= await freePort();
      const options = `--port ${this.#port} --bind 127.0.0.1 --dir ${this.#folder} --save ''`;
      const redis = start(`exec redis-server ${options}`);
      this.#process = redis;
      if (await isReady(redis)) return;
      if (attempt === 3) throw new Error(`Redis did not start: ${redis.stdout()}${redis.stderr()}`);
      this.#port = 0;
    }
  }

  async kill(): Promise<void> {
    this.#process?.child.kill("SIGKILL");
    await this.#process?.exited;
  }

  /** It keeps its connections and says nothing any more, until {@link resume}. */
  freeze(): void {
    this.#process?.child.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.child.kill("SIGCONT");
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }
}

async function isReady({ stdout, exited }: Started): Promise<boolean> {
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    if (stdout().includes("Ready to accept connections")) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
