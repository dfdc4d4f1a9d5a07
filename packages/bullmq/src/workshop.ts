import { type Cut, type Deliver, type Logger, WebhookError } from "@whatsapp-webhooks/core";
import type { Redis } from "ioredis";
import { connect, patient, type RedisConnection } from "./connection.ts";
import { Cutter } from "./cutter.ts";
import { Deliverer } from "./deliverer.ts";
import { Engine } from "./engine.ts";
import { JobLoop } from "./job-loop.ts";
import { type Layout, PARTS, RECORDS } from "./layout.ts";
import { Letters } from "./letters.ts";
import type { AllNumbers } from "./numbers.ts";
import { Tidying } from "./tidying.ts";

export interface WorkshopOptions {
  readonly connection: RedisConnection;
  readonly layout: Layout;
  readonly numbers: AllNumbers;
  readonly logger: Logger;
  readonly deliver: Deliver;
  readonly cut: Cut;
  /** Parts of notifications that this process handles at one time, each of another conversation. */
  readonly concurrency: number;
  /** Aborted when it is not wanted any more, though it may not be open yet. */
  readonly ending: AbortSignal;
}

/** All that handles notifications in this process: it cuts records, and delivers their parts. */
export class Workshop {
  readonly #clients: readonly Redis[];
  readonly #engines: readonly Engine[];
  readonly #cutter: Cutter;
  readonly #deliverer: Deliverer;
  readonly #cutting: JobLoop;
  readonly #delivering: JobLoop;
  readonly #tidying: Tidying;
  readonly #abort = new AbortController();
  #stopped: Promise<void> | undefined;

  static async open(options: WorkshopOptions): Promise<Workshop> {
    // Redis watches keys for a whole connection, so the cutter has one of its own; and for none longer than that, so what it
    // had under way is not sent again on the next, and fails at once: nobody would ever settle it.
    const once = { ...patient, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 };
    const clients = [patient, once].map((settings) => {
      const client = connect(options.connection, settings);
      // The inbox's other connection tells of outages.
      client.on("error", () => {});
      return client;
    });
    const end = (): void => {
      for (const client of clients) client.disconnect();
    };
    options.ending.addEventListener("abort", end, { once: true });
    const engines = clients.map((client) => new Engine(client, options.layout));
    try {
      await Promise.all(engines.map((engine) => engine.ready()));
      // One step at a time cuts records into parts, over all processes.
      await engines[0]?.records.setGlobalConcurrency(1);
    } catch (error) {
      end();
      throw error;
    }
    return new Workshop(options, clients, engines as [Engine, Engine]);
  }

  private constructor(
    { numbers, logger, deliver, cut, concurrency }: WorkshopOptions,
    clients: readonly Redis[],
    engines: readonly [Engine, Engine],
  ) {
    const [engine, cutting] = engines;
    // A Redis that kept nothing does not know it any more.
    engine.client.on("ready", () => {
      engine.records.setGlobalConcurrency(1).catch(() => {});
    });
    this.#clients = clients;
    this.#engines = engines;
    const { rememberMs, deadLetterLimitBytes, deadLetterMaxAgeMs } = numbers;
    const letters = new Letters(engine, {
      limitBytes: deadLetterLimitBytes,
      maxAgeMs: deadLetterMaxAgeMs,
    });
    this.#cutter = new Cutter({ engine: cutting, cut, rememberMs, logger });
    const { signal } = this.#abort;
    this.#deliverer = new Deliverer({ engine, letters, deliver, rememberMs, logger, signal });
    this.#cutting = new JobLoop({
      engine,
      queue: RECORDS,
      slots: 1,
      renewsItself: true,
      handle: (held) => this.#cutter.handle(held),
      release: (held) => this.#cutter.release(held),
    });
    this.#delivering = new JobLoop({
      engine,
      queue: PARTS,
      slots: concurrency,
      handle: (held) => this.#deliverer.handle(held),
      release: (held) => this.#deliverer.release(held),
      onStandstill: (ms) => tellStandstill(logger, ms),
      onFull: () => tellFull(logger),
    });
    this.#tidying = new Tidying(engine, letters, logger);
  }

  /** Parts that are taken and not settled. */
  get size(): number {
    return this.#deliverer.size;
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** Takes no more, and waits for what is under way. */
  stop(): Promise<void> {
    this.#tidying.stop();
    this.#cutter.stop();
    this.#stopped ??= Promise.all([this.#cutting.stop(), this.#delivering.stop()]).then(() => {});
    return this.#stopped;
  }

  /** Takes no more, puts back what is under way, and ends all connections. */
  async close(): Promise<void> {
    this.#tidying.stop();
    this.#abort.abort(new WebhookError("closing", "the inbox is closed."));
    this.#cutter.stop();
    this.#stopped ??= Promise.resolve();
    await Promise.all([
      this.#cutting.stop(),
      this.#delivering.halt().then(() => this.#deliverer.releaseAll()),
    ]);
    this.sever();
    await Promise.all(this.#engines.map((engine) => engine.close()));
  }

  /** Ends all connections as they are. */
  sever(): void {
    this.#tidying.stop();
    this.#cutter.stop();
    for (const client of this.#clients) client.disconnect();
    this.#cutting.sever();
    this.#delivering.sever();
  }
}

function tellFull(logger: Logger): void {
  logger.error(
    { code: "inbox_full" },
    "Redis is out of memory (maxmemory): what is being handled ends, and nothing more is taken until there is room. See what fills it.",
  );
}

function tellStandstill(logger: Logger, ms: number): void {
  const seconds = (ms / 1_000).toFixed(1);
  logger.error(
    { code: "inbox_failed", blockedMs: Math.round(ms) },
    `this process stood still for ${seconds} s, so that it could not say that it lives: what its handlers had begun may run again elsewhere. Keep the event loop free (worker threads for what computes), or give the machine more room.`,
  );
}
