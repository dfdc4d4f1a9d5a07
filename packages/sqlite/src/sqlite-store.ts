import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import {
  type ClaimedRecord,
  type Commit,
  checkOptions,
  type DeadLetter,
  type InboxRecord,
  type OptionTable,
  type Store,
  type StoreStats,
  WebhookError,
} from "@whatsapp-webhooks/core";
import type { PackedCommit } from "./protocol.ts";
import { SeenCalls } from "./seen-calls.ts";
import { StoreThread } from "./thread.ts";

/** Which file, how much may be in it, and for how long. */
export interface SqliteStoreOptions {
  /** The file. It is created if it is missing, readable by this user alone; its folder must exist, on a local disk. */
  readonly path: string;
  /**
   * How long ids and event keys are remembered against duplicates. Default 8 days: the platform repeats a notification
   * for up to 7, so less lets late repeats through.
   */
  readonly rememberMs?: number | undefined;
  /** How long dead letters are kept. Default 30 days. */
  readonly deadLetterMaxAgeMs?: number | undefined;
  /** Bytes that dead letters may take; the oldest give way to the newest, with a warning before. Default 256 MiB. */
  readonly deadLetterLimitBytes?: number | undefined;
  /** Bytes of bodies that may wait or be under way; more is answered 503. Default 1 GiB. */
  readonly limitBytes?: number | undefined;
}

export const storeTable: OptionTable<SqliteStoreOptions> = {
  path: "other",
  rememberMs: "positive",
  deadLetterMaxAgeMs: "positive",
  deadLetterLimitBytes: "positive",
  limitBytes: "positive",
};

const DAY_MS = 24 * 60 * 60 * 1000;

export const defaults = {
  rememberMs: 8 * DAY_MS,
  deadLetterMaxAgeMs: 30 * DAY_MS,
  deadLetterLimitBytes: 256 * 1024 * 1024,
  limitBytes: 1024 ** 3,
};

/**
 * Notifications in one SQLite file. Several processes may share it on one machine. The file is opened at the first call,
 * which rejects with `inbox_failed` if that does not work. A commit that rejects with `inbox_full` has refused its
 * appends and written its settles, because these make room.
 */
export function sqliteStore(options: SqliteStoreOptions): Store {
  checkOptions("sqliteStore", options, storeTable);
  return new SqliteStore(options);
}

/** With a hook for tests, which is why it is not exported from the package. */
export class SqliteStore implements Store {
  readonly durable = true;
  readonly thread: StoreThread;
  readonly #seen = new SeenCalls((keys) => this.#call(() => this.thread.call("seen", keys)));
  #closed: Promise<void> | undefined;

  constructor(options: SqliteStoreOptions, skew?: SharedArrayBuffer) {
    if (typeof options.path !== "string" || options.path === "" || options.path === ":memory:") {
      throw new WebhookError(
        "option_invalid",
        "the SQLite inbox needs `path`, the path of a file. For an inbox in memory use memoryInbox().",
      );
    }
    this.thread = new StoreThread({
      path: resolve(options.path),
      owner: `${process.pid}-${randomBytes(8).toString("hex")}`,
      rememberMs: options.rememberMs ?? defaults.rememberMs,
      deadLetterMaxAgeMs: options.deadLetterMaxAgeMs ?? defaults.deadLetterMaxAgeMs,
      deadLetterLimitBytes: options.deadLetterLimitBytes ?? defaults.deadLetterLimitBytes,
      limitBytes: options.limitBytes ?? defaults.limitBytes,
      skew,
    });
  }

  commit(batch: Commit): ReturnType<Store["commit"]> {
    const packed = this.#pack(batch);
    return this.#call(() => this.thread.call("commit", packed, [packed.bodies.buffer]));
  }

  claim(limits: {
    readonly records: number;
    readonly bytes: number;
  }): Promise<readonly ClaimedRecord[]> {
    return this.#call(() => this.thread.call("claim", limits));
  }

  /** Questions that come while one is on its way are asked together: there is one for each record. */
  async seen(keys: readonly string[]): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return new Set();
    const seen = await this.#seen.ask(keys);
    if (seen.size === 0) return seen;
    return new Set(keys.filter((key) => seen.has(key)));
  }

  stats(): Promise<StoreStats> {
    return this.#call(() => this.thread.call("stats", undefined));
  }

  listDeadLetters(page: {
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly DeadLetter[]> {
    return this.#call(() => this.thread.call("listDeadLetters", page));
  }

  get(id: string): Promise<InboxRecord | undefined> {
    return this.#call(() => this.thread.call("get", id));
  }

  revive(ids: readonly string[]): Promise<number> {
    return this.#call(() => this.thread.call("revive", ids));
  }

  discard(ids: readonly string[]): Promise<number> {
    return this.#call(() => this.thread.call("discard", ids));
  }

  find(search: Parameters<Store["find"]>[0]): ReturnType<Store["find"]> {
    return this.#call(() => this.thread.call("find", search));
  }

  replace(id: string, body: Uint8Array | undefined, was: Uint8Array): Promise<boolean> {
    return this.#call(() => this.thread.call("replace", { id, body, was }));
  }

  prune(): Promise<void> {
    return this.#call(() => this.thread.call("prune", undefined));
  }

  close(): Promise<void> {
    this.#closed ??= this.thread.close();
    return this.#closed;
  }

  #call<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closed === undefined) return call();
    return Promise.reject(new WebhookError("closing", "the inbox is closed."));
  }

  #pack({ appends, settles }: Commit): PackedCommit & { readonly bodies: Uint8Array<ArrayBuffer> } {
    const sizes = appends.map(({ record }) => record.body.byteLength);
    const bodies = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
    let offset = 0;
    for (const { record } of appends) {
      bodies.set(record.body, offset);
      offset += record.body.byteLength;
    }
    return {
      ids: appends.map(({ record }) => record.id),
      receivedAt: appends.map(({ record }) => record.receivedAt),
      auths: appends.map(({ record }) => JSON.stringify(record.auth)),
      traces: appends.map(({ record }) => record.trace),
      held: appends.map(({ held }) => held),
      sizes,
      bodies,
      settles,
    };
  }
}
