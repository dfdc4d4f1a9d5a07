import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Job, Worker } from "bullmq";
import { Beat, LOCK_MS, LOOK_MS } from "./beat.ts";
import type { Engine } from "./engine.ts";
import type { Held } from "./transaction.ts";

export interface JobLoopOptions {
  readonly engine: Engine;
  readonly queue: string;
  /** Jobs under way at one time. */
  readonly slots: number;
  /** Resolves when the job is no longer held. Never rejects. */
  handle(held: Held): Promise<void>;
  /** Who handles a job renews its lock. */
  readonly renewsItself?: boolean;
  /** Puts back what was fetched too late. */
  release(held: Held): Promise<void>;
  /** This process did nothing for so long, though it held jobs: others may have them now. */
  onStandstill?(ms: number): void;
  /** Redis has no memory for jobs to be taken. Called once until some were. */
  onFull?(): void;
}

/** Jobs asked for at one time. */
const MOST_FETCHED = 16;
const PAUSE_MS = 200;

/** Takes the jobs of a queue in their order, as many at a time as there are slots. What becomes of them is up to others. */
export class JobLoop {
  readonly #options: JobLoopOptions;
  readonly #worker: Worker;
  readonly #held = new Map<string, string>();
  readonly #beat: Beat;
  readonly #underWay = new Set<Promise<void>>();
  readonly #freed: (() => void)[] = [];
  readonly #id = randomUUID();
  #serial = 0;
  #width = 1;
  #isStopped = false;
  #isFull = false;
  readonly #running: Promise<void>;

  constructor(options: JobLoopOptions) {
    const { engine, queue } = options;
    this.#options = options;
    this.#worker = new Worker(queue, null, {
      connection: engine.client,
      prefix: engine.layout.prefix,
      autorun: false,
      lockDuration: LOCK_MS,
      // For how long one look for lost locks does for all workers.
      stalledInterval: LOOK_MS,
      // BullMQ's own counts dead-letter nothing: that is core's decision.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    this.#worker.on("error", () => {});
    const renewed = options.renewsItself === true ? new Map<string, string>() : this.#held;
    this.#beat = new Beat(engine, this.#worker, renewed, (ms) => options.onStandstill?.(ms));
    this.#running = this.#run();
  }

  /** Begins no more. Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    await this.halt();
    await Promise.all(this.#underWay);
  }

  /** Begins no more, and waits for nothing. */
  async halt(): Promise<void> {
    this.#isStopped = true;
    for (const wake of this.#freed.splice(0)) wake();
    // It may be waiting for jobs.
    await this.#worker.getBackend().disconnectBlocking(false);
    await this.#running;
  }

  /** Ends its own connection as it is, and lets go of nothing. */
  sever(): void {
    this.#isStopped = true;
    for (const wake of this.#freed.splice(0)) wake();
    this.#beat.stop();
    this.#worker.close(true).catch(() => {});
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const free = this.#options.slots - this.#underWay.size;
      if (free <= 0) await new Promise<void>((resolve) => this.#freed.push(resolve));
      else await this.#fetch(Math.min(free, this.#width));
    }
  }

  /** The more come, the more are asked for at one time. Each begins when it comes, whatever the others do. */
  async #fetch(count: number): Promise<void> {
    const asking = Array.from({ length: count }, async (_, index) => {
      const held = await this.#next(index === 0);
      if (held !== undefined) this.#begin(held);
      return held !== undefined;
    });
    try {
      const isFull = (await Promise.all(asking)).every((found) => found);
      this.#width = isFull ? Math.min(this.#width * 2, MOST_FETCHED) : 1;
      this.#isFull = false;
    } catch (error) {
      // Whatever else it is, others tell.
      const isFull = error instanceof Error && /\bOOM\b/.test(error.message);
      if (isFull && !this.#isFull) this.#options.onFull?.();
      this.#isFull = isFull;
      await sleep(PAUSE_MS);
    }
  }

  async #next(block: boolean): Promise<Held | undefined> {
    const token = `${this.#id}:${this.#serial++}`;
    const job: Job | undefined = await this.#worker.getNextJob(token, { block });
    return job === undefined ? undefined : { job, token };
  }

  #begin(held: Held): void {
    const id = held.job.id ?? "";
    this.#held.set(id, held.token);
    const { handle, release } = this.#options;
    const work = (this.#isStopped ? release(held) : handle(held)).finally(() => {
      if (this.#held.get(id) === held.token) this.#held.delete(id);
      this.#underWay.delete(work);
      this.#freed.shift()?.();
    });
    this.#underWay.add(work);
  }
}
