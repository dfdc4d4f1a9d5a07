import { type IRedisTransaction, Job, type Queue, type RedisQueueBackend } from "bullmq";
import type { Engine } from "./engine.ts";
import type { ScriptName } from "./scripts.ts";

// BullMQ's backend offers its scripts for transactions of others (so that flows span queues), but promises nothing about
// them: this file is all that knows them, and the version is pinned to the minor.

/** A job that a worker of ours holds. */
export interface Held {
  readonly job: Job;
  readonly token: string;
}

export interface NewJob<Data> {
  readonly data: Data;
  /** Left out: the next number. */
  readonly id?: string;
  readonly delayMs?: number;
  /** Waits until this job is done. */
  readonly after?: string | undefined;
}

type AnyQueue = Pick<Queue, "name" | "qualifiedName" | "toKey" | "getBackend">;

/** What {@link Transaction.seal} writes down. */
export interface Sealed {
  /** Jobs that must be there. */
  readonly jobs?: readonly string[];
  /** Keys of tails, and their parts. */
  readonly tails?: ReadonlyMap<string, string>;
  readonly tailMs?: number;
  /** Keys to be remembered. */
  readonly keys?: readonly string[];
  readonly rememberMs?: number;
}

/**
 * Nothing else happens between its steps. When one of them fails Redis goes on, and one can: scripts may be forgotten, and
 * never were loaded if the transaction that brought them was refused. So what ends a job is done in a name that the job's
 * lock has only once the steps before it have happened (it is "sealed").
 */
export class Transaction {
  readonly #engine: Engine;
  readonly #multi: IRedisTransaction;
  #count = 0;

  static async begin(engine: Engine): Promise<Transaction> {
    const client = await engine.parts.getBackend().client;
    return new Transaction(engine, client.multi());
  }

  private constructor(engine: Engine, multi: IRedisTransaction) {
    this.#engine = engine;
    this.#multi = multi;
  }

  /** Returns the place of its result. */
  run(name: ScriptName, ...args: readonly (string | number)[]): number {
    this.#multi.runCommand(name, [...args]);
    return this.#count++;
  }

  account(count: number, bytes: number): number {
    return this.run("waAccount", this.#engine.layout.totals, count, bytes);
  }

  remember(keys: readonly string[], forMs: number): void {
    if (keys.length > 0) this.run("waRemember", keys.length, ...keys, forMs);
  }

  /** Returns what holds the job from here on, if all jobs are there: who ends it in this name ends it only then. */
  seal(
    queue: AnyQueue,
    held: Held,
    { jobs = [], tails = new Map(), tailMs = 0, keys = [], rememberMs = 0 }: Sealed,
  ): Held {
    const sealed = sealedOf(held);
    this.run(
      "waSeal",
      1 + jobs.length + tails.size + keys.length,
      lockKey(queue, held.job.id ?? ""),
      ...jobs,
      ...tails.keys(),
      ...keys,
      held.token,
      sealed.token,
      jobs.length,
      tails.size,
      tailMs,
      rememberMs,
      ...tails.values(),
    );
    return sealed;
  }

  add<Data>(queue: Queue<Data>, { data, id, delayMs = 0, after }: NewJob<Data>): void {
    const backend = backendOf(queue);
    this.#insert(backend, new Job(queue, queue.name, data, { delay: delayMs }, id), {
      addToWaitingChildren: after !== undefined,
    });
    if (after === undefined || id === undefined) return;
    // The job before it becomes its child, as in a flow. If it is done by now, a job with nothing in it takes its place,
    // which is done at once.
    const parentKey = queue.toKey(id);
    const parentDependenciesKey = `${parentKey}:dependencies`;
    const parent = { id, queue: queue.qualifiedName };
    this.#insert(backend, new Job(queue, queue.name, {}, { parent }, after), {
      parentKey,
      parentDependenciesKey,
      deferParentRelease: true,
    });
    backend.execCommand(this.#multi, "releaseParentIfNoPendingDependencies", [
      parentKey,
      parentDependenciesKey,
      queue.qualifiedName,
      id,
      Date.now(),
    ]);
    this.#count++;
  }

  #insert(
    backend: RedisQueueBackend,
    job: Job,
    options: Parameters<RedisQueueBackend["addJobToTransaction"]>[3],
  ): void {
    const { jobData, jobId } = job.toFlowEntry();
    // It joins the transaction at once; there is no result to wait for before `exec`.
    backend.addJobToTransaction(this.#multi, jobData, jobId ?? "", options).catch(() => {});
    this.#count++;
  }

  /** The job is done, and gone. This and the two below do nothing if the job was lost: somebody else has it, or had it. */
  finish(queue: AnyQueue, { job, token }: Held): void {
    const backend = backendOf(queue);
    const args = backend.moveToCompletedArgs(job, "null", true, token, false);
    this.#command(backend, "moveToFinished", args);
  }

  /** It comes again after a while, where it is in its chain. */
  delay(queue: AnyQueue, { job, token }: Held, delayMs: number, data: object): void {
    const backend = backendOf(queue);
    const args = backend.moveToDelayedArgs(job.id ?? "", Date.now(), token, delayMs, {
      skipAttempt: true,
      fieldsToUpdate: { data: JSON.stringify(data) },
    });
    this.#command(backend, "moveToDelayed", args);
  }

  /** It comes again before all others. */
  release(queue: AnyQueue, { job, token }: Held, data: object): void {
    const backend = backendOf(queue);
    const args = backend.retryJobArgs(job.id ?? "", true, token, {
      fieldsToUpdate: { data: JSON.stringify(data) },
    });
    this.#command(backend, "retryJob", args);
  }

  #command(backend: RedisQueueBackend, name: string, args: readonly unknown[]): void {
    backend.execCommand(this.#multi, name, [...args]);
    this.#count++;
  }

  /** The results, or undefined if something watched had changed. Rejects if one of them is an error. */
  async exec(): Promise<readonly unknown[] | undefined> {
    const results = await this.#multi.exec().catch((error: unknown) => {
      if (isOf("EXECABORT", error)) this.#reconnect();
      throw error;
    });
    if (results === null || results.some(([error]) => isOf("NOSCRIPT", error))) this.#reconnect();
    if (results === null) return undefined;
    return results.map(([error, result]) => {
      if (error !== null) throw error;
      return result;
    });
  }

  /** Scripts sent in vain were not loaded, though the connection takes them for loaded. A new one does not. */
  #reconnect(): void {
    const { client } = this.#engine;
    if (client.status === "ready") client.disconnect(true);
  }
}

function isOf(kind: string, error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(kind);
}

/** The job in the name that it is ended in after {@link Transaction.seal}. Nobody renews it. */
export function sealedOf({ job, token }: Held): Held {
  return { job, token: token.endsWith("!") ? token : `${token}!` };
}

function backendOf(queue: AnyQueue): RedisQueueBackend {
  return queue.getBackend();
}

/** A script in no transaction. */
export async function runAlone(
  engine: Engine,
  name: ScriptName,
  args: readonly (string | number)[],
): Promise<void> {
  const client = await engine.parts.getBackend().client;
  await client.runCommand(name, [...args]);
}

/** Where BullMQ keeps who holds a job. */
export function lockKey(queue: AnyQueue, id: string): string {
  return `${queue.toKey(id)}:lock`;
}
