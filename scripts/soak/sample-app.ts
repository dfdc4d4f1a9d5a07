import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../../packages/bullmq/test/support/free-port.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface PrintedEvent {
  readonly name: string;
  readonly key: string;
  readonly data: unknown;
}

/** A sample app as a process of its own, on a durable inbox: a setting of `WHATSAPP_INBOX`. What its handlers see comes as a line of JSON each. */
export class SampleApp {
  readonly secret = "soak-secret";
  readonly verifyToken = "soak-token";
  readonly #framework: string;
  readonly #inbox: string;
  readonly #effects = new Map<string, unknown>();
  #port = 0;
  #child: ChildProcess | undefined;
  #lastEventAt = 0;
  /** By an event's key, the process that ran its handlers last. */
  readonly #ranIn = new Map<string, ChildProcess>();
  readonly #killed = new Set<ChildProcess>();
  /** Events whose handlers ran again. */
  repetitions = 0;
  /** The names of those that no SIGKILL explains of the process in which they had run before. */
  readonly unexplained: string[] = [];

  constructor(framework: string, inbox: string) {
    this.#framework = framework;
    this.#inbox = inbox;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/webhooks/whatsapp`;
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const child = spawn(
      process.execPath,
      [
        ...["--import", "tsx", "--conditions=@whatsapp-webhooks/source"],
        `examples/${this.#framework}/server.ts`,
      ],
      {
        cwd: root,
        stdio: ["ignore", "pipe", "ignore"],
        env: {
          ...process.env,
          PORT: String(this.#port),
          WHATSAPP_APP_SECRET: this.secret,
          WHATSAPP_VERIFY_TOKEN: this.verifyToken,
          WHATSAPP_INBOX: this.#inbox,
        },
      },
    );
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#hear(JSON.parse(line), child);
    });
    this.#child = child;
    for (let tries = 0; !(await this.#answers()); tries++) {
      if (tries > 600) throw new Error(`the ${this.#framework} app does not answer`);
      await sleep(50);
    }
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    if (signal === "SIGKILL") this.#killed.add(child);
    child.kill(signal);
    // All that it said is read by then, before another process says anything.
    await once(child, "close");
    this.#child = undefined;
  }

  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  /** Resolves when nothing has come for longer than it takes to find out that a process is dead. */
  async settled(): Promise<void> {
    while (Date.now() < this.#lastEventAt + 20_000) await sleep(100);
  }

  /** The items, each once for every key that it was handled under: under two, it counts as two events. */
  effects(): Iterable<unknown> {
    return this.#effects.values();
  }

  #hear({ name, key, data }: PrintedEvent, child: ChildProcess): void {
    this.#lastEventAt = Date.now();
    // Profiles come along with items; a repetition in one body says itself that it is one.
    if (name === "contact" || name === "duplicate") return;
    const before = this.#ranIn.get(key);
    this.#ranIn.set(key, child);
    if (before === undefined) {
      this.#effects.set(key, data);
      return;
    }
    this.repetitions++;
    if (before === child || !this.#killed.has(before)) this.unexplained.push(name);
  }

  async #answers(): Promise<boolean> {
    const query = `hub.mode=subscribe&hub.verify_token=${this.verifyToken}&hub.challenge=1`;
    const response = await fetch(`${this.url}?${query}`).catch(() => undefined);
    return response?.status === 200;
  }
}
