import { setTimeout as sleep } from "node:timers/promises";
import type { Cut, Logger, PartKeys } from "@whatsapp-webhooks/core";
import { renewLocks } from "./beat.ts";
import { CutSteps, type Part, type Piece, type Progress, START, toProgress } from "./cut-steps.ts";
import type { Engine } from "./engine.ts";
import { bytesOf, type Stored, toRecord, withBody } from "./stored.ts";
import {
  finish,
  type Held,
  lockKey,
  release,
  type Sealed,
  sealedOf,
  Transaction,
} from "./transaction.ts";

export interface CutterOptions {
  /** With a connection of its own: it watches. */
  readonly engine: Engine;
  readonly cut: Cut;
  readonly rememberMs: number;
  readonly logger: Logger;
}

/** A conversation's last part is remembered so long at most. */
const TAIL_MS = 30 * 24 * 60 * 60 * 1000;
const PAUSE_MS = 500;
/** How often the lock is renewed between steps. */
const RENEW_MS = 1_000;

/** What a transaction adds. */
interface Added {
  readonly sealed: Sealed;
  /** How many parts. */
  readonly serials: number;
  /** Of records that were here before. */
  readonly skipped: ReadonlySet<Piece>;
}

/** A job as we know it: what is in it, and how far it is cut. */
interface Known {
  readonly steps: CutSteps;
  readonly progress: Progress;
}

/** What became of a step: where the next begins, that it is to be tried again, or that the job is done or somebody else's. */
type Stepped = Progress | "again" | "gone";

/**
 * The ordered step: one job of records at a time, over all processes, becomes parts, each behind the one before it in its
 * conversation. One transaction adds some of them and notes how far it is, the last one ends the job, or somebody else has
 * the job by now: then it goes on from there.
 */
export class Cutter {
  readonly #options: CutterOptions;
  #isStopped = false;
  #isTold = false;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(options: CutterOptions) {
    this.#options = options;
  }

  /** After the step that is under way the job is put back. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Puts it back before all others. */
  async release(held: Held): Promise<void> {
    const { records } = this.#options.engine;
    // If that fails, its lock runs out. What is in it by now is no business of ours: it may be sealed.
    await release(records, held).catch(() => {});
  }

  async handle(held: Held): Promise<void> {
    let known: Known | undefined = this.#known(held.job.progress, held.job.data);
    this.#renewedAt = performance.now();
    while (!this.#isStopped) {
      try {
        known ??= await this.#read(held);
        const stepped = await this.#step(held, known);
        if (stepped === "gone") return;
        known = stepped === "again" ? undefined : { ...known, progress: stepped };
        if (stepped === "again") this.#renewedAt = Number.NEGATIVE_INFINITY;
        this.#isTold = false;
      } catch (error) {
        // It may have happened all the same.
        known = undefined;
        this.#renewedAt = Number.NEGATIVE_INFINITY;
        this.#tell(error);
        await sleep(PAUSE_MS);
      }
    }
    await this.release(held);
  }

  #tell(error: unknown): void {
    if (!this.#isTold) {
      const code = error instanceof Error ? error.name : typeof error;
      this.#options.logger.error(
        { code: "inbox_failed", cause: code },
        "notifications could not be cut into conversations; it is tried again",
      );
    }
    this.#isTold = true;
  }

  /** Both, since nothing is left in a job whose last step has happened. */
  async #read({ job }: Held): Promise<Known> {
    const { client, records } = this.#options.engine;
    const [progress, data] = await client.hmget(records.toKey(job.id ?? ""), "progress", "data");
    return this.#known(JSON.parse(progress ?? "0"), JSON.parse(data ?? "[]"));
  }

  #known(progress: unknown, data: unknown): Known {
    const { layout } = this.#options.engine;
    const steps = new CutSteps(data, {
      cut: (stored) => this.#cut(stored),
      hash: (text) => layout.hash(text),
    });
    return { steps, progress: toProgress(progress) };
  }

  #cut(stored: Stored): readonly Part[] {
    const { cut, engine } = this.#options;
    const parts = cut(toRecord(stored));
    return parts.map(({ conversation, body, keys }, index) => ({
      stored: parts.length === 1 ? stored : partOf(stored, body, `${stored.i}.${index + 1}`, keys),
      conversation: conversation === undefined ? undefined : engine.layout.hash(conversation),
    }));
  }

  async #step(held: Held, { steps, progress }: Known): Promise<Stepped> {
    const { engine } = this.#options;
    const { client, layout } = engine;
    const { pieces, next } = steps.take(progress);
    const renewal = await this.#renew(held);
    // It may be somebody else's work by now, as far as it is.
    if (renewal === "taken again") return "again";
    const conversations = [
      ...new Set(pieces.flatMap(({ parts }) => parts.map(({ conversation }) => conversation))),
    ].filter((conversation) => conversation !== undefined);
    const lock = lockKey(engine.records, held.job.id ?? "");
    const sealed = sealedOf(held);
    const seenKeys = pieces.map(({ stored }) => layout.seenRecord(stored.i));
    // What adds parts does not ask who holds the job, so they are added only if that is still known when they are. The
    // lock is renewed by nobody but us, between steps, or each renewal would spoil one.
    const { stream } = client;
    const [, token, found, ids] = await Promise.all([
      client.watch(lock),
      client.get(lock),
      mget(
        client,
        conversations.map((each) => layout.tail(each)),
      ),
      mget(client, seenKeys),
    ]);
    if (token !== held.token) {
      await client.unwatch();
      // The last step happened, but for its end.
      if (token === sealed.token) {
        await finish(engine.records, sealed);
        return "gone";
      }
      return token === null && renewal === "not yet" ? "again" : "gone";
    }
    const tails = new Map<string, string>();
    conversations.forEach((conversation, index) => {
      const tail = found[index];
      if (tail !== undefined && tail !== null) tails.set(conversation, tail);
    });
    const seen = new Set(seenKeys.filter((_, index) => ids[index] !== null));
    const transaction = await Transaction.begin(engine);
    const added = this.#addAll(transaction, held, pieces, { tails, seen, progress });
    // Of what was here before no parts are left to be added.
    const last = pieces.at(-1);
    const isOver = last?.ends === false && added.skipped.has(last);
    const then = {
      ...(isOver ? { record: next.record + 1, part: 0 } : next),
      serial: progress.serial + added.serials,
    };
    // Redis watches for a connection, and on another nothing would hold it back. While there is none, what is sent waits for it.
    const exec = () =>
      client.status === "ready" && client.stream === stream ? transaction.exec() : undefined;
    if (steps.isEnd(then)) {
      transaction.finish(engine.records, transaction.seal(engine.records, held, added.sealed));
      return (await exec()) === undefined ? "again" : "gone";
    }
    const place = transaction.note(engine.records, held, added.sealed, {
      from: progress === START ? undefined : progress,
      to: then,
    });
    const results = await exec();
    if (results === undefined) return "again";
    return results[place] === 1 ? then : "gone";
  }

  /** "not yet" when it is not time to. */
  async #renew(held: Held): Promise<"not yet" | "renewed" | "taken again"> {
    if (performance.now() - this.#renewedAt < RENEW_MS) return "not yet";
    const { engine } = this.#options;
    const taken = await renewLocks(engine, engine.records, [[held.job.id ?? "", held.token]]);
    this.#renewedAt = performance.now();
    return taken > 0 ? "taken again" : "renewed";
  }

  #addAll(
    transaction: Transaction,
    { job }: Held,
    pieces: readonly Piece[],
    {
      tails,
      seen,
      progress,
    }: {
      readonly tails: Map<string, string>;
      readonly seen: Set<string>;
      readonly progress: Progress;
    },
  ): Added {
    const { engine, rememberMs } = this.#options;
    const { layout } = engine;
    const behind: string[] = [];
    const jobs: string[] = [];
    const touched = new Map<string, string>();
    const keys: string[] = [];
    const skipped = new Set<Piece>();
    let count = 0;
    let bytes = 0;
    let serials = 0;
    for (const piece of pieces) {
      const { stored, parts, begins, ends } = piece;
      const key = layout.seenRecord(stored.i);
      const isKnown = begins && stored.g === undefined && seen.has(key);
      if (ends || isKnown) {
        count--;
        bytes -= bytesOf(stored);
      }
      if (isKnown) {
        skipped.add(piece);
        continue;
      }
      // When all of it is there, or else the rest would pass for a duplicate.
      if (ends && stored.g === undefined) {
        seen.add(key);
        keys.push(key);
      }
      for (const { stored: part, conversation } of parts) {
        count++;
        bytes += bytesOf(part);
        const id = `${job.id ?? ""}-${progress.serial + serials++}`;
        const after = conversation === undefined ? undefined : tails.get(conversation);
        const { g: _g, k: _k, ...data } = part;
        transaction.add(engine.parts, {
          id,
          after,
          data: conversation === undefined ? data : { ...data, k: conversation },
        });
        (after === undefined ? jobs : behind).push(engine.parts.toKey(id));
        if (conversation === undefined) continue;
        tails.set(conversation, id);
        touched.set(layout.tail(conversation), id);
      }
    }
    const sealed = {
      behind,
      jobs,
      tails: touched,
      tailMs: TAIL_MS,
      keys,
      rememberMs,
      count,
      bytes,
    };
    return { sealed, serials, skipped };
  }
}

function partOf(whole: Stored, body: Uint8Array, i: string, e: PartKeys | undefined): Stored {
  const part = { ...withBody(whole, body), i };
  return e === undefined ? part : { ...part, e };
}

function mget(
  client: Engine["client"],
  keys: readonly string[],
): Promise<readonly (string | null)[]> {
  return keys.length === 0 ? Promise.resolve([]) : client.mget([...keys]);
}
