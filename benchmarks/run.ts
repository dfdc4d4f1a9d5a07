import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DURABLE, RedisServer } from "../packages/bullmq/test/support/redis-server.ts";
import { Subject } from "./subject.ts";
import { subjectOf } from "./subjects.ts";

export interface RunOptions {
  /** The Node.js for the servers. */
  readonly node: string;
  /** Cores as taskset has them; undefined lets everything run anywhere. */
  readonly serverCores: string | undefined;
  readonly loadCore: string | undefined;
  /** Rounds of each comparison, and seconds of each round. */
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  /** Parts of the names of the subjects that are measured; all if empty. */
  readonly subjects: readonly string[];
  /** Where databases and requests are written: the disk that is measured. */
  readonly folder?: string;
}

/** What the sections of a run share: settings, a folder, a Redis, and the servers that are up. */
export class Run {
  readonly options: RunOptions;
  readonly folder: string;
  readonly warnings: string[] = [];
  readonly #up = new Set<Subject>();
  #redis: RedisServer | undefined;
  #databases = 0;

  constructor(options: RunOptions) {
    this.options = options;
    this.folder = mkdtempSync(join(options.folder ?? tmpdir(), "benchmark-"));
  }

  /** Progress, for people. */
  say(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    this.warnings.push(text);
    this.say(`! ${text}`);
  }

  /** Whether it is among those that are to be measured. */
  wants(name: string): boolean {
    const { subjects } = this.options;
    return subjects.length === 0 || subjects.some((part) => name.includes(part));
  }

  /** A fresh server, with an empty inbox. */
  async start(name: string, flags: readonly string[] = []): Promise<Subject> {
    const { node, serverCores } = this.options;
    const place = await this.#placeFor(name);
    const cores = serverCores === undefined ? {} : { cores: serverCores };
    const subject = await Subject.start(name, { node, place, flags, ...cores });
    this.#up.add(subject);
    return subject;
  }

  async stop(...subjects: readonly Subject[]): Promise<void> {
    await Promise.all(subjects.map((subject) => subject.stop()));
    for (const subject of subjects) this.#up.delete(subject);
  }

  /** Stops all servers, the Redis too. */
  async stopAll(): Promise<void> {
    await this.stop(...this.#up);
    await this.#redis?.end();
    this.#redis = undefined;
  }

  async close(): Promise<void> {
    await this.stopAll();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #placeFor(name: string): Promise<string> {
    const { inbox } = subjectOf(name);
    if (inbox === "sqlite") return join(this.folder, `inbox-${++this.#databases}.db`);
    if (inbox !== "redis") return "";
    if (this.#redis === undefined) {
      this.#redis = new RedisServer(DURABLE);
      await this.#redis.start();
    }
    // A database of its own: nothing of another run is in it.
    return `${this.#redis.url}/${this.#databases++ % 16}`;
  }
}
