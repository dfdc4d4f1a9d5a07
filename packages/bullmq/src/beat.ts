import type { Worker } from "bullmq";
import type { Redis } from "ioredis";
import { lockKey } from "./transaction.ts";

/** How long a lock lasts, and how often it is renewed and lost ones are looked for. */
export const LOCK_MS = 3_000;
export const BEAT_MS = 1_000;
export const LOOK_MS = 900;

/**
 * Renews the locks of what is under way here, and puts back what others lost. While Redis is away nobody can renew
 * anything: after an outage each has the time to make up for that before anybody looks for lost locks.
 */
export class Beat {
  readonly #client: Redis;
  readonly #worker: Worker;
  readonly #held: ReadonlyMap<string, string>;
  readonly #timer: NodeJS.Timeout;
  #looksFrom: number;
  #isBeating = false;
  readonly #onReady = (): void => {
    this.#looksFrom = performance.now() + LOCK_MS + BEAT_MS;
  };

  /** `held` is what is under way: tokens by id. */
  constructor(client: Redis, worker: Worker, held: ReadonlyMap<string, string>, uptimeMs: number) {
    this.#client = client;
    this.#worker = worker;
    this.#held = held;
    this.#looksFrom = performance.now() + Math.max(0, LOCK_MS + BEAT_MS - uptimeMs);
    client.on("ready", this.#onReady);
    this.#timer = setInterval(() => void this.#beat(), BEAT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#client.off("ready", this.#onReady);
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) return;
    this.#isBeating = true;
    try {
      await this.#renew();
      if (performance.now() >= this.#looksFrom && this.#client.status === "ready")
        await this.#worker.getBackend().moveStalledJobsToWait();
    } catch {
      // The next beat tries again.
    } finally {
      this.#isBeating = false;
    }
  }

  async #renew(): Promise<void> {
    const held = [...this.#held];
    if (held.length === 0) return;
    const ids = held.map(([id]) => id);
    const tokens = held.map(([, token]) => token);
    const lost = await this.#worker.extendJobLocks(ids, tokens, LOCK_MS);
    // What ran out is taken again, unless somebody else has it by now.
    for (const id of lost) {
      const token = this.#held.get(id);
      if (token !== undefined)
        await this.#client.set(lockKey(this.#worker, id), token, "PX", LOCK_MS, "NX");
    }
  }
}
