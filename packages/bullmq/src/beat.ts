import type { Queue, Worker } from "bullmq";
import type { Engine } from "./engine.ts";
import { lockKey, runAlone } from "./transaction.ts";

/** How long a lock lasts, and how often it is renewed and lost ones are looked for. */
export const LOCK_MS = 3_000;
const BEAT_MS = 1_000;
/** For how long one look does for all. */
export const LOOK_MS = 900;
/** Redis was away if no worker got through to it for so long. */
const GAP_MS = 2_000;

/**
 * Renews the locks of what is under way here, and puts back what others lost. While Redis is away nobody can renew
 * anything: after an outage each has the time to make up for that before anybody looks for lost locks.
 */
export class Beat {
  readonly #engine: Engine;
  readonly #worker: Worker;
  readonly #held: ReadonlyMap<string, string>;
  readonly #timer: NodeJS.Timeout;
  #isBeating = false;
  #last = performance.now();

  /** `held` is what is under way: tokens by id. */
  constructor(
    engine: Engine,
    worker: Worker,
    held: ReadonlyMap<string, string>,
    onStandstill: (ms: number) => void,
  ) {
    this.#engine = engine;
    this.#worker = worker;
    this.#held = held;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const sinceMs = now - this.#last;
      this.#last = now;
      if (sinceMs > LOCK_MS && held.size > 0) onStandstill(sinceMs);
      void this.#beat();
    }, BEAT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) return;
    this.#isBeating = true;
    try {
      await this.#renew();
      const mayLook = await runAlone(this.#engine, "waPulse", [
        this.#engine.layout.pulse,
        GAP_MS,
        LOCK_MS,
      ]);
      if (mayLook === 1) await this.#worker.getBackend().moveStalledJobsToWait();
    } catch {
      // The next beat tries again.
    } finally {
      this.#isBeating = false;
    }
  }

  async #renew(): Promise<void> {
    const held = [...this.#held];
    if (held.length > 0) await renewLocks(this.#engine, this.#worker, held);
  }
}

/**
 * Of jobs by id, with who holds them. What ran out is taken again, unless somebody else has it by now: resolves to how many
 * were. Somebody else may have had those meanwhile.
 */
export async function renewLocks(
  engine: Engine,
  queue: Pick<Queue, "toKey">,
  held: readonly (readonly [id: string, token: string])[],
): Promise<number> {
  const taken = await runAlone(engine, "waRenew", [
    1 + held.length,
    queue.toKey("stalled"),
    ...held.map(([id]) => lockKey(queue, id)),
    LOCK_MS,
    ...held.map(([, token]) => token),
    ...held.map(([id]) => id),
  ]);
  return Number(taken);
}
