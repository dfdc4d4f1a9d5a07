import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const flags = ["--import", "tsx", "--conditions=@whatsapp-webhooks/source"];

/** A process of its own, which is killed and started again. */
export class Member {
  readonly #file: string;
  readonly #arguments: readonly string[];
  #child: ChildProcess | undefined;
  /** What it said when it was ready. */
  word = "";
  /** What it said on stderr. */
  log = "";

  constructor(file: "receiver.ts" | "worker.ts", ...args: readonly string[]) {
    this.#file = fileURLToPath(new URL(file, import.meta.url));
    this.#arguments = args;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(...more: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [...flags, this.#file, ...this.#arguments, ...more], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr?.on("data", (said: Buffer) => {
      this.log += String(said);
      process.stderr.write(said);
    });
    const [word] = (await once(child.stdout ?? child, "data")) as [Buffer];
    this.word = String(word).trim();
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }
}
