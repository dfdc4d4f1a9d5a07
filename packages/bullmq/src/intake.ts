import { type InboxRecord, type Logger, WebhookError } from "@whatsapp-webhooks/core";
import type { Redis } from "ioredis";
import { PATIENCE_MS, placeOf, within } from "./connection.ts";
import type { Engine } from "./engine.ts";
import { roomIn } from "./server.ts";
import { type Stored, toStored } from "./stored.ts";
import { newJobId, Transaction } from "./transaction.ts";

export interface IntakeOptions {
  /** Bytes of bodies that may wait in Redis. */
  readonly limitBytes: number;
  /** Bytes of bodies that may wait to be written. */
  readonly pendingLimitBytes: number;
}

interface Pending {
  readonly stored: Stored;
  readonly bytes: number;
  resolve(): void;
  reject(error: WebhookError): void;
}

/** What a body may take at one time: as a record, as a part, and on its way. */
const COPIES = 4;
/** What is written at one time: a job must not become so large that handling it holds everybody up. */
export const BATCH_RECORDS = 256;
const BATCH_BYTES = 1024 * 1024;
const LOOK_MS = 1_000;

/** Writes what arrives: one write is under way, what comes meanwhile joins the next. */
export class Intake {
  readonly #open: Promise<Engine>;
  readonly #client: Redis;
  readonly #options: IntakeOptions;
  readonly #logger: () => Logger;
  readonly #pending: Pending[] = [];
  #pendingBytes = 0;
  #engine: Engine | undefined;
  #underWay: Promise<void> | undefined;
  /** As of the last write. */
  #waitingBytes = 0;
  /** What Redis may still take, as of the last look, nothing before there was one; and what it was given since. */
  #memory = 0;
  #written = 0;
  /** Redis, by now, is none that may hold notifications: that is told once. */
  #isUnfit = false;
  readonly #look: NodeJS.Timeout;

  /** `client` is what it will write with, once it is open. */
  constructor(open: Promise<Engine>, client: Redis, options: IntakeOptions, logger: () => Logger) {
    this.#open = open;
    this.#client = client;
    this.#options = options;
    this.#logger = logger;
    // It may be another Redis: whoever writes next looks first.
    client.on("ready", () => {
      this.#memory = 0;
    });
    this.#look = setInterval(() => {
      // If it fails, so will writes, which tell.
      if (this.#engine !== undefined) this.#lookAtMemory(this.#engine).catch(() => {});
    }, LOOK_MS).unref();
  }

  get isIdle(): boolean {
    return this.#underWay === undefined && this.#pending.length === 0;
  }

  put(record: InboxRecord): Promise<void> {
    const bytes = record.body.byteLength;
    if (this.#pendingBytes + bytes > this.#options.pendingLimitBytes) {
      const message = `${this.#pendingBytes} bytes wait to be written; Redis is too slow.`;
      return Promise.reject(new WebhookError("inbox_full", message));
    }
    this.#pendingBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#pending.push({ stored: toStored(record), bytes, resolve, reject });
      this.#flush();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#look);
    while (this.#underWay !== undefined) await this.#underWay;
  }

  #flush(): void {
    if (this.#underWay !== undefined || this.#pending.length === 0) return;
    const batch = this.#take();
    this.#underWay = this.#write(batch).then(() => {
      for (const { bytes } of batch) this.#pendingBytes -= bytes;
      this.#underWay = undefined;
      this.#flush();
    });
  }

  #take(): readonly Pending[] {
    let bytes = 0;
    const over = this.#pending.findIndex((pending, index) => {
      bytes += pending.bytes;
      return index > 0 && (index === BATCH_RECORDS || bytes > BATCH_BYTES);
    });
    return this.#pending.splice(0, over === -1 ? this.#pending.length : over);
  }

  /** Never rejects: those who wait are told. */
  async #write(batch: readonly Pending[]): Promise<void> {
    try {
      const late = (): WebhookError =>
        new WebhookError(
          "inbox_failed",
          `${placeOf(this.#client)} did not answer within ${PATIENCE_MS} ms.`,
        );
      const engine = this.#engine ?? (await within(PATIENCE_MS, this.#open, late));
      this.#engine = engine;
      if (engine.client.status !== "ready")
        throw new WebhookError("inbox_failed", `${placeOf(this.#client)} is away.`);
      await within(PATIENCE_MS, this.#store(engine, batch), late);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const told = this.#explained(error);
      // Those who came meanwhile have waited, too, and would have to wait as long again.
      const waiting = this.#pending.splice(0);
      for (const { bytes } of waiting) this.#pendingBytes -= bytes;
      for (const { reject } of [...batch, ...waiting]) reject(told);
    }
  }

  async #store(engine: Engine, batch: readonly Pending[]): Promise<void> {
    const fitting = await this.#fitting(engine, batch);
    if (fitting.length === 0) return;
    const transaction = await Transaction.begin(engine);
    const bytes = fitting.reduce((sum, pending) => sum + pending.bytes, 0);
    // No number of Redis's: one that came back with less than it had gives them out again, and who still holds a job of that
    // name would take the new one for it.
    const id = newJobId();
    transaction.add(engine.records, { id, data: fitting.map(({ stored }) => stored) });
    const total = transaction.account(fitting.length, bytes);
    const results = await transaction.exec();
    this.#waitingBytes = Number(results?.[total]);
  }

  /** Those for which there is room. The others are told. */
  async #fitting(engine: Engine, batch: readonly Pending[]): Promise<readonly Pending[]> {
    const { limitBytes } = this.#options;
    const bytes = batch.reduce((sum, pending) => sum + pending.bytes, 0);
    this.#written += bytes;
    if (COPIES * this.#written > this.#memory) await this.#lookAtMemory(engine);
    const isFull = COPIES * bytes > this.#memory;
    if (!isFull && this.#waitingBytes + bytes <= limitBytes) return batch;
    // It may be less by now.
    this.#waitingBytes = Number(await engine.client.hget(engine.layout.totals, "bytes"));
    let room = isFull ? 0 : limitBytes - Math.max(0, this.#waitingBytes);
    return batch.filter((pending) => {
      room -= pending.bytes;
      if (room >= 0) return true;
      room += pending.bytes;
      const why = isFull
        ? `${placeOf(engine.client)} is nearly out of memory (maxmemory)`
        : `${placeOf(engine.client)} holds ${this.#waitingBytes} of ${limitBytes} bytes that may wait`;
      const hint = "See why handlers do not keep up, start more workers, or give it more room.";
      pending.reject(new WebhookError("inbox_full", `${why}. ${hint}`));
      return false;
    });
  }

  async #lookAtMemory(engine: Engine): Promise<void> {
    try {
      this.#memory = await roomIn(engine.client);
      this.#written = 0;
      this.#isUnfit = false;
    } catch (error) {
      this.#memory = 0;
      if (error instanceof WebhookError && !this.#isUnfit) {
        this.#isUnfit = true;
        this.#logger().error({ code: error.code }, error.message);
      }
      throw error;
    }
  }

  #explained(error: unknown): WebhookError {
    if (error instanceof WebhookError) return error;
    const place = placeOf(this.#client);
    if (error instanceof Error && /\bOOM\b/.test(error.message))
      return new WebhookError("inbox_full", `${place} is out of memory (maxmemory).`);
    return new WebhookError("inbox_failed", `${place} could not store a notification.`, {
      cause: error,
    });
  }
}
