import { WebhookError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { BoundedSet } from "./bounded-set.ts";
import type { Consumer, Deliver, Inbox, InboxRecord, InboxStats } from "./inbox.ts";

/**
 * A memory of completed events that may live outside the process: a table, a key-value store. Keys are opaque; keep them
 * at least the platform's seven days of retries, hashed if you like. A method that rejects, or takes longer than five
 * seconds, makes the answer 503.
 */
export interface SeenKeys {
  /** Which of these are remembered. */
  has(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Remembers them. Called after their handlers have succeeded. */
  add(keys: readonly string[]): Promise<void>;
}

/** For {@link inlineInbox}. */
export interface InlineInboxOptions {
  /** Where completed events are remembered. Default: in this process, and no other knows of them. */
  readonly seenKeys?: SeenKeys | undefined;
}

/**
 * For places that freeze the process after the response: the answer waits for the handlers. 200 when all succeeded, 503
 * when one failed; the platform's retry then repeats only what failed, as far as `seenKeys` remembers. Without one this
 * process remembers, so another instance that gets the retry repeats the whole notification.
 */
export function inlineInbox(options: InlineInboxOptions = {}): Inbox {
  checkOptions("inlineInbox", options, { seenKeys: "other" });
  return new InlineInbox(options.seenKeys ?? new SeenInMemory());
}

/** How long a memory of keys may take, and how long a notification waits for a first handler to be registered. */
export const PATIENCE_MS = 5_000;
/** What the memory that comes with the inbox holds. */
export const REMEMBERED_KEYS = 100_000;
/** Bodies that may be under way; more is answered 503. */
const LIMIT_BYTES = 64 * 1024 * 1024;
/** How long an answer of a memory of keys is taken for news. */
const FRESH_MS = 1_000;

class InlineInbox implements Inbox {
  readonly durable = false;
  readonly handlesInPut = true;
  readonly #seen: SeenKeys;
  /** With when each was received, in that order. */
  readonly #underWay = new Map<Promise<unknown>, number>();
  #bytes = 0;
  readonly #abort = new AbortController();
  readonly #consumed: Promise<Deliver>;
  #consume: (deliver: Deliver) => void = () => {};
  #refuse: (error: WebhookError) => void = () => {};

  constructor(seen: SeenKeys) {
    this.#seen = seen;
    this.#consumed = new Promise((resolve, reject) => {
      this.#consume = resolve;
      this.#refuse = reject;
    });
    this.#consumed.catch(() => {});
  }

  async put(record: InboxRecord): Promise<void> {
    const bytes = record.body.byteLength;
    if (this.#bytes + bytes > LIMIT_BYTES) {
      const message = `${this.#underWay.size} notifications are being handled and fill its ${LIMIT_BYTES} bytes.`;
      throw new WebhookError("inbox_full", message);
    }
    const work = this.#handle(record);
    this.#underWay.set(work, record.receivedAt);
    this.#bytes += bytes;
    try {
      await work;
    } finally {
      this.#underWay.delete(work);
      this.#bytes -= bytes;
    }
  }

  async #handle(record: InboxRecord): Promise<void> {
    const deliver = await within(this.#consumed, "no handler was registered");
    const lookUp = new LookUp(this.#seen);
    const outcome = await deliver(record, {
      attempt: 1,
      completed: [],
      signal: this.#abort.signal,
      seen: (keys) => lookUp.ask(keys),
    });
    const { completed, kind } = outcome;
    if (completed.length > 0)
      await within(this.#seen.add(completed), "seenKeys.add did not answer");
    if (kind === "done" || kind === "dead_letter") return;
    throw kind === "release" || this.#abort.signal.aborted
      ? closed()
      : new WebhookError(
          "inbox_failed",
          "a handler failed; the platform delivers what is left again.",
        );
  }

  async consume(deliver: Deliver): Promise<Consumer> {
    this.#consume(deliver);
    return { close: () => this.idle() };
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay.keys());
  }

  /** Of this instance; nothing is kept aside. */
  async stats(): Promise<InboxStats> {
    const [oldest] = this.#underWay.values();
    return {
      waiting: this.#underWay.size,
      waitingBytes: this.#bytes,
      deadLetters: 0,
      deadLetterBytes: 0,
      ...(oldest === undefined ? {} : { oldestReceivedAt: oldest }),
    };
  }

  pending(): number {
    return this.#underWay.size;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#refuse(closed());
  }
}

/**
 * What is remembered of one record's events. Each that waited for its turn asks again, as another instance may have got it
 * meanwhile; one question a second for all of them is enough, and none after one that failed.
 */
class LookUp {
  readonly #seen: SeenKeys;
  #keys: readonly string[] | undefined;
  #known: Promise<ReadonlySet<string>> | undefined;
  #freshUntil = 0;

  constructor(seen: SeenKeys) {
    this.#seen = seen;
  }

  /** The first question must name all keys. */
  async ask(keys: readonly string[]): Promise<ReadonlySet<string>> {
    if (this.#known === undefined || performance.now() > this.#freshUntil) {
      this.#keys ??= keys;
      this.#known = within(this.#seen.has(this.#keys), "seenKeys.has did not answer");
      this.#freshUntil = performance.now() + FRESH_MS;
      this.#known.catch(() => {
        this.#freshUntil = Number.POSITIVE_INFINITY;
      });
    }
    return this.#known;
  }
}

function closed(): WebhookError {
  return new WebhookError("closing", "close() came before all of it was handled.");
}

/** What was promised, if it comes in time. */
async function within<T>(promise: Promise<T>, complaint: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `${complaint} within ${PATIENCE_MS} ms; the platform delivers again.`;
      reject(new WebhookError("inbox_failed", message));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

class SeenInMemory implements SeenKeys {
  readonly #keys = new BoundedSet(REMEMBERED_KEYS);

  async has(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(keys.filter((key) => this.#keys.has(key)));
  }

  async add(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#keys.add(key);
  }
}
