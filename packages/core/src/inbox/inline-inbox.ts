import { WebhookError } from "../errors.ts";
import { BoundedSet } from "./bounded-set.ts";
import type { Consumer, Deliver, Inbox, InboxRecord } from "./inbox.ts";

/**
 * A memory of completed events that may live outside the process: a table, a key-value store. Keys are opaque; keep them
 * at least the platform's seven days of retries, hashed if you like.
 */
export interface SeenKeys {
  /** Which of these are remembered. */
  has(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Remembers them. Called after their handlers have succeeded. */
  add(keys: readonly string[]): Promise<void>;
}

/**
 * For places that freeze the process after the response: the answer waits for the handlers. 200 when all succeeded, 503
 * when one failed; the platform's retry then repeats only what failed, as far as `seenKeys` remembers. Without one this
 * process remembers, so another instance that gets the retry repeats the whole notification.
 */
export function inlineInbox({
  seenKeys,
}: {
  readonly seenKeys?: SeenKeys | undefined;
} = {}): Inbox {
  return new InlineInbox(seenKeys ?? new SeenInMemory());
}

class InlineInbox implements Inbox {
  readonly durable = false;
  readonly handlesInPut = true;
  readonly #seen: SeenKeys;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #abort = new AbortController();
  #deliver: ((deliver: Deliver) => void) | undefined;
  readonly #consumed: Promise<Deliver>;

  constructor(seen: SeenKeys) {
    this.#seen = seen;
    this.#consumed = new Promise((resolve) => {
      this.#deliver = resolve;
    });
  }

  async put(record: InboxRecord): Promise<void> {
    const work = this.#handle(record);
    this.#underWay.add(work);
    try {
      await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  async #handle(record: InboxRecord): Promise<void> {
    const deliver = await this.#consumed;
    const outcome = await deliver(record, {
      attempt: 1,
      completed: [],
      signal: this.#abort.signal,
      seen: (keys) => this.#seen.has(keys),
    });
    if (outcome.completed.length > 0) await this.#seen.add(outcome.completed);
    if (outcome.kind === "retry" || outcome.kind === "release") {
      throw new WebhookError(
        "inbox_failed",
        "a handler failed; the platform delivers what is left again.",
      );
    }
  }

  async consume(deliver: Deliver): Promise<Consumer> {
    this.#deliver?.(deliver);
    return { close: () => this.idle() };
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  pending(): number {
    return this.#underWay.size;
  }

  async close(): Promise<void> {
    this.#abort.abort();
  }
}

class SeenInMemory implements SeenKeys {
  readonly #keys = new BoundedSet(100_000);

  async has(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(keys.filter((key) => this.#keys.has(key)));
  }

  async add(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#keys.add(key);
  }
}
