import type { Listener } from "./emitter.ts";
import type { EventName } from "./events.ts";

/** What is known of an event whose handlers have not all succeeded. */
interface HalfDone {
  /** What it is called by its handlers, which may be `stale`. */
  readonly name: EventName;
  readonly remaining: readonly Listener[];
  /** When it failed first, by `performance.now()`. */
  readonly failedSince: number;
}

const LIMIT = 100_000;

/**
 * Which handlers are left of events that failed, by event key: a second record with the same event goes on where the
 * first one stopped. Bounded, because a retry may end up in another process and never come back here.
 */
export class Progress {
  readonly #events = new Map<string, HalfDone>();

  get(key: string): HalfDone | undefined {
    return this.#events.get(key);
  }

  set(key: string, halfDone: HalfDone): void {
    this.#events.set(key, halfDone);
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= LIMIT) return;
      this.#events.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#events.delete(key);
  }
}
