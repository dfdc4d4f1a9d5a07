import { setTimeout as sleep } from "node:timers/promises";
import {
  type ConsumeContext,
  type Consumer,
  checkOptions,
  type DeadLetters,
  type Deliver,
  eraseFrom,
  type Inbox,
  type InboxRecord,
  type InboxStats,
  type Logger,
  type OptionTable,
  stderrLogger,
  WebhookError,
} from "@whatsapp-webhooks/core";
import type { Redis } from "ioredis";
import {
  checkConnection,
  connect,
  impatient,
  PATIENCE_MS,
  placeOf,
  type RedisConnection,
  readyOf,
  tellOutages,
  within,
} from "./connection.ts";
import { Engine } from "./engine.ts";
import { claimFormat } from "./format.ts";
import { Intake } from "./intake.ts";
import { Keeper } from "./keeper.ts";
import { DEFAULT_PREFIX, Layout } from "./layout.ts";
import { Letters } from "./letters.ts";
import { type AllNumbers, type Numbers, numbersOf } from "./numbers.ts";
import { inspectServer } from "./server.ts";
import { toRecord } from "./stored.ts";
import { Workshop } from "./workshop.ts";

/** Where Redis is, what this process does, and how much may be kept for how long. */
export interface BullmqInboxOptions extends Numbers {
  /**
   * `{ url: "redis://…" }` (`rediss://` for TLS), options of ioredis, or an ioredis client of whatever version, whose options are used
   * for connections of our own.
   */
  readonly connection: RedisConnection;
  /**
   * What this process does: `receive` only stores (it needs no handlers and no `start()`), `work` only handles, `both`
   * does both. Default `both`.
   */
  readonly role?: "receive" | "work" | "both" | undefined;
  /** Stands before all keys. Processes with the same one share their work. Default `{whatsapp}`. */
  readonly prefix?: string | undefined;
  /** Hears what the server is configured for, and of outages; a process that handles passes `createWebhooks`'s. Default: stderr. */
  readonly logger?: Logger | undefined;
}

const table: OptionTable<BullmqInboxOptions> = {
  connection: "other",
  role: "other",
  prefix: "other",
  logger: "other",
  rememberMs: "positive",
  deadLetterMaxAgeMs: "positive",
  deadLetterLimitBytes: "positive",
  limitBytes: "positive",
  pendingLimitBytes: "positive",
};

interface Open {
  readonly front: Engine;
  readonly letters: Letters;
  readonly keeper: Keeper;
}

/** Until a Redis that will not do is looked at again. */
const REOPEN_MS = 2_000;
/** Between looks at what `idle` waits for. */
const LOOK_MS = 20;
const CLOSE_MS = 2_000;

/**
 * The durable inbox for many machines, on Redis: `createWebhooks({ …, inbox: bullmqInbox({ connection: { url } }) })`. Any
 * number of processes may receive, and any number handle: each notification is handled by one of them, each conversation
 * one at a time and in order over all of them. What a 200 is worth depends on how Redis writes to disk: the log says it at
 * the start.
 */
export function bullmqInbox(options: BullmqInboxOptions): Inbox {
  return new BullmqInbox(options);
}

/** With a hook for tests, which is why it is not exported from the package. */
export class BullmqInbox implements Inbox {
  readonly durable = true;
  readonly ordersConversations = true;
  readonly receivesOnly: boolean;
  readonly deadLetters: DeadLetters;
  readonly #options: BullmqInboxOptions;
  readonly #numbers: AllNumbers;
  readonly #layout: Layout;
  readonly #client: Redis;
  readonly #open: Promise<Open>;
  readonly #intake: Intake;
  #logger: Logger;
  #workshop: Promise<Workshop | undefined> | undefined;
  #isOpen = false;
  /** Why it is not open. */
  #problem: WebhookError | undefined;
  #opened: Workshop | undefined;
  /** Aborted when all connections are to end. */
  readonly #ending = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(options: BullmqInboxOptions) {
    checkOptions("bullmqInbox", options, table);
    checkConnection(options.connection);
    const { role = "both", prefix = DEFAULT_PREFIX } = options;
    if (!["receive", "work", "both"].includes(role)) {
      const message = `the BullMQ inbox: \`role\` is "receive", "work" or "both", not "${role}".`;
      throw new WebhookError("option_invalid", message);
    }
    this.#options = options;
    this.#numbers = numbersOf(options);
    this.#logger = options.logger ?? stderrLogger;
    this.receivesOnly = role === "receive";
    this.#layout = new Layout(prefix);
    this.#client = connect(options.connection, impatient);
    tellOutages(this.#client, () => (this.#closed === undefined ? this.#logger : undefined));
    this.#open = this.#start();
    const front = this.#open.then((open) => open.front);
    // Who asks is told.
    front.catch(() => {});
    this.#intake = new Intake(front, this.#client, this.#numbers, () => this.#logger);
    this.deadLetters = {
      list: async ({ limit = 100, ...page } = {}) =>
        (await this.#open).letters.list({ ...page, limit }),
      show: async (id) => {
        const letter = await (await this.#open).letters.get(id);
        return letter === undefined ? undefined : toRecord(letter);
      },
      replay: async (ids) => (await this.#open).letters.revive(ids),
      discard: async (ids) => (await this.#open).letters.discard(ids),
    };
  }

  /** Resolves once there is a Redis that may hold notifications; rejects when the inbox is closed before. */
  async #start(): Promise<Open> {
    for (;;) {
      try {
        return await this.#tryToOpen();
      } catch (error) {
        if (this.#closed !== undefined) throw error;
        const problem = asProblem(error);
        if (problem.message !== this.#problem?.message)
          this.#logger.error({ code: problem.code }, problem.message);
        this.#problem = problem;
        await sleep(REOPEN_MS);
      }
    }
  }

  async #tryToOpen(): Promise<Open> {
    await readyOf(this.#client);
    const tell = await inspectServer(this.#client);
    await claimFormat(this.#client, this.#layout);
    const front = await new Engine(this.#client, this.#layout).ready();
    tell(this.#logger);
    const { deadLetterLimitBytes, deadLetterMaxAgeMs, rememberMs } = this.#numbers;
    const letters = new Letters(front, {
      limitBytes: deadLetterLimitBytes,
      maxAgeMs: deadLetterMaxAgeMs,
    });
    const open = { front, letters, keeper: new Keeper(front, letters, rememberMs) };
    this.#problem = undefined;
    this.#isOpen = true;
    return open;
  }

  put(record: InboxRecord): Promise<void> {
    if (this.#closed !== undefined)
      return Promise.reject(new WebhookError("closing", "the inbox is closed."));
    if (this.#options.role === "work") {
      const message = 'this process only works (role: "work") and takes no notifications.';
      return Promise.reject(new WebhookError("inbox_failed", message));
    }
    return this.#problem === undefined ? this.#intake.put(record) : Promise.reject(this.#problem);
  }

  async consume(deliver: Deliver, { logger, cut, concurrency }: ConsumeContext): Promise<Consumer> {
    this.#logger = logger;
    if (this.receivesOnly) return { close: async () => {} };
    let isWanted = true;
    // Redis may be away: what is in it is handled once it is there.
    this.#workshop = this.#open.then(async () => {
      while (isWanted && this.#closed === undefined) {
        try {
          this.#opened = await Workshop.open({
            connection: this.#options.connection,
            layout: this.#layout,
            numbers: this.#numbers,
            logger: this.#logger,
            deliver,
            cut,
            concurrency,
            ending: this.#ending.signal,
          });
          return this.#opened;
        } catch {
          await sleep(REOPEN_MS);
        }
      }
      return undefined;
    });
    this.#workshop.catch(() => {});
    return {
      close: async () => {
        isWanted = false;
        if (this.#isOpen) await (await this.#workshop)?.stop();
      },
    };
  }

  /** Resolves when nothing is being written by this process, and nothing waits for its first delivery or is under way anywhere. */
  async idle(): Promise<void> {
    for (;;) {
      const workshop = this.#opened;
      const isOwnIdle = this.#intake.isIdle && (workshop === undefined || workshop.size === 0);
      const isWorking = this.#workshop !== undefined && workshop?.isStopped !== true;
      if (isOwnIdle && (!isWorking || (await this.#isAllIdle()))) return;
      if (this.#closed !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async #isAllIdle(): Promise<boolean> {
    try {
      const { front } = await this.#open;
      // Records are there until all their parts are, so whoever looks for records first misses nothing.
      for (const queue of [front.records, front.parts]) {
        const counts = await queue.getJobCounts("wait", "active", "waiting-children");
        if (Object.values(counts).some((count) => count > 0)) return false;
      }
      return true;
    } catch {
      return false;
    }
  }

  async erase(texts: readonly string[]): Promise<number> {
    return eraseFrom((await this.#open).keeper, texts);
  }

  async stats(): Promise<InboxStats> {
    if (this.#problem !== undefined) throw this.#problem;
    const late = (): Error => new WebhookError("inbox_failed", `${placeOf(this.#client)} is away.`);
    const { keeper } = await within(PATIENCE_MS, this.#open, late);
    return keeper.stats();
  }

  /** Parts that this process has taken and not settled. */
  pending(): number {
    return this.#opened?.size ?? 0;
  }

  /** Ends all connections as they are. By itself it is what a kill does: it lets go of nothing. */
  sever(): void {
    this.#ending.abort();
    this.#opened?.sever();
    this.#client.disconnect();
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    if (!this.#isOpen) this.#client.disconnect();
    const late = (): Error => new WebhookError("closing", "Redis did not answer.");
    // Whatever goes wrong here, others take over what is held when its lock has run out.
    await within(CLOSE_MS, this.#letGo(), late).catch(() => {});
    this.sever();
  }

  async #letGo(): Promise<void> {
    await this.#intake.close();
    await (await this.#workshop)?.close();
    await (await this.#open).front.close();
  }
}

function asProblem(error: unknown): WebhookError {
  if (error instanceof WebhookError) return error;
  return new WebhookError("inbox_failed", "the inbox could not be opened; it is tried again.", {
    cause: error,
  });
}
