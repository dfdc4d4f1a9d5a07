import { randomBytes } from "node:crypto";
import { type IRedisTransaction, Job, type Queue, type RedisQueueBackend } from "bullmq";
import { isOfReplica } from "./connection.ts";
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
  /** {@link newJobId}, or made of the id of the job that it comes from. */
  readonly id: string;
  readonly data: Data;
  readonly delayMs?: number;
  /** Waits until this job is done. */
  readonly after?: string | undefined;
}

/** Never given out before, in whatever Redis may have forgotten since; and short, as it is written some forty times. */
export function newJobId(): string {
  return `j${randomBytes(12).toString("base64url")}`;
}

type AnyQueue = Pick<Queue, "name" | "qualifiedName" | "toKey" | "getBackend">;

/** What {@link Transaction.seal} writes down. */
export interface Sealed {
  /** Jobs that must be there: those that wait for others, and the rest. */
  readonly behind?: readonly string[];
  readonly jobs?: readonly string[];
  /** Keys of tails, and their parts. */
  readonly tails?: ReadonlyMap<string, string>;
  readonly tailMs?: number;
  /** Keys to be remembered. */
  readonly keys?: readonly string[];
  readonly rememberMs?: number;
  /** Records and bytes that wait from here on, beside those that did. */
  readonly count?: number;
  readonly bytes?: number;
}

/**
 * Nothing else happens between its steps. When one of them fails Redis goes on, and one can: scripts may be forgotten, and
 * never were loaded if the transaction that brought them was refused. So what ends a job is done in a name that the job's
 * lock has only once the steps before it have happened (it is "sealed"). Nothing is left in it then: the end may fail.
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

  /** Returns what holds the job from here on, if all jobs are there: who ends it in this name ends it only then. */
  seal(queue: AnyQueue, held: Held, sealed: Sealed): Held {
    const then = sealedOf(held);
    this.#seal(queue, held, sealed, then, ["", ""]);
    return then;
  }

  /**
   * As {@link seal} for a job that is not ended yet: it stays held, and gets this progress if it has the one before it (a connection
   * that ends may bring a transaction twice). Returns the place of its result, 1 if so.
   */
  note(
    queue: AnyQueue,
    held: Held,
    sealed: Sealed,
    { from, to }: { readonly from: object | undefined; readonly to: object },
  ): number {
    const texts = [JSON.stringify(to), from === undefined ? "" : JSON.stringify(from)] as const;
    return this.#seal(queue, held, sealed, held, texts);
  }

  #seal(
    queue: AnyQueue,
    held: Held,
    sealed: Sealed,
    then: Held,
    progress: readonly [next: string, before: string],
  ): number {
    const { behind = [], jobs = [], tails = new Map(), keys = [] } = sealed;
    const all = [
      lockKey(queue, held.job.id ?? ""),
      this.#engine.layout.totals,
      ...behind,
      ...jobs,
      ...tails.keys(),
      ...keys,
    ];
    return this.run(
      "waSeal",
      all.length,
      ...all,
      held.token,
      then.token,
      behind.length,
      jobs.length,
      tails.size,
      sealed.tailMs ?? 0,
      sealed.rememberMs ?? 0,
      sealed.count ?? 0,
      sealed.bytes ?? 0,
      ...progress,
      ...tails.values(),
    );
  }

  add<Data>(queue: Queue<Data>, { data, id, delayMs = 0, after }: NewJob<Data>): void {
    const backend = backendOf(queue);
    this.#insert(backend, new Job(queue, queue.name, data, { delay: delayMs }, id), {
      addToWaitingChildren: after !== undefined,
    });
    if (after === undefined) return;
    // The job before it becomes its child, as in a flow. If it is done by now, a job with nothing in it takes its place,
    // which is done at once.
    const parentKey = queue.toKey(id);
    const parentDependenciesKey = `${parentKey}:dependencies`;
    const parent = { id, queue: queue.qualifiedName };
    this.#insert(backend, new Job(queue, queue.name, {}, { parent }, after), {
      parentKey,
      parentDependenciesKey,
    });
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

  /** As {@link finish}, with the rest. */
  finish(queue: AnyQueue, held: Held): void {
    backendOf(queue).execCommand(this.#multi, "moveToFinished", finishArgs(queue, held));
    this.#count++;
  }

  /** The results, or undefined if something watched had changed. Rejects if one of them is an error. */
  async exec(): Promise<readonly unknown[] | undefined> {
    const results = await this.#multi.exec().catch((error: unknown) => {
      if (isOf("EXECABORT", error)) this.#reconnect();
      throw error;
    });
    if (
      results === null ||
      results.some(([error]) => isOf("NOSCRIPT", error) || isOfReplica(error))
    )
      this.#reconnect();
    if (results === null) return undefined;
    return results.map(([error, result]) => {
      if (error !== null) throw error;
      return result;
    });
  }

  /** Scripts sent in vain were not loaded, though the connection takes them for loaded. A new one does not, and leads to the master. */
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

/** A script in no transaction. Returns its result. */
export async function runAlone(
  engine: Engine,
  name: ScriptName,
  args: readonly (string | number)[],
): Promise<unknown> {
  const client = await engine.parts.getBackend().client;
  return client.runCommand(name, [...args]);
}

/** The job is done, and gone. This and the two below do nothing if the job was lost: somebody else has it, or had it. */
export async function finish(queue: AnyQueue, held: Held): Promise<void> {
  await commandAlone(queue, "moveToFinished", finishArgs(queue, held));
}

/** It comes again after a while, where it is in its chain. */
export async function delay(
  queue: AnyQueue,
  { job, token }: Held,
  delayMs: number,
  data: object,
): Promise<void> {
  const args = backendOf(queue).moveToDelayedArgs(job.id ?? "", Date.now(), token, delayMs, {
    skipAttempt: true,
    fieldsToUpdate: { data: JSON.stringify(data) },
  });
  await commandAlone(queue, "moveToDelayed", args);
}

/** It comes again before all others, with other data if there are any. */
export async function release(queue: AnyQueue, { job, token }: Held, data?: object): Promise<void> {
  const fields = data === undefined ? {} : { fieldsToUpdate: { data: JSON.stringify(data) } };
  const args = backendOf(queue).retryJobArgs(job.id ?? "", true, token, fields);
  await commandAlone(queue, "retryJob", args);
}

function finishArgs(queue: AnyQueue, { job, token }: Held): unknown[] {
  return backendOf(queue).moveToCompletedArgs(job, "null", true, token, false);
}

async function commandAlone(
  queue: AnyQueue,
  name: string,
  args: readonly unknown[],
): Promise<void> {
  const backend = backendOf(queue);
  await backend.execCommand(await backend.client, name, [...args]);
}

/** Where BullMQ keeps who holds a job. */
export function lockKey(queue: Pick<AnyQueue, "toKey">, id: string): string {
  return `${queue.toKey(id)}:lock`;
}
