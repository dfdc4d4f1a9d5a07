import type { Clock } from "./clock.ts";

/**
 * What somebody who waits may be waiting for. `now`: requests under way or due. `soon`: what waits for its moment, such as
 * a status to come or a batch to fill. `later`: retries.
 */
export type Phase = "now" | "soon" | "later";

/** Counts what is still to happen, so that tests can wait for the end of it instead of for a time. */
export class Activity {
  readonly #clock: Clock;
  readonly #counts: Record<Phase, number> = { now: 0, soon: 0, later: 0 };
  #waiting: { readonly phases: readonly Phase[]; readonly resolve: () => void }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns what to call when it is over. */
  begin(phase: Phase): () => void {
    const release = phase === "now" ? this.#clock.hold?.() : undefined;
    this.#counts[phase]++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#counts[phase]--;
      release?.();
      this.#wake();
    };
  }

  /** Resolves once nothing of these phases is left. */
  async none(phases: readonly Phase[]): Promise<void> {
    if (this.#isNone(phases)) return;
    await new Promise<void>((resolve) => this.#waiting.push({ phases, resolve }));
  }

  #isNone(phases: readonly Phase[]): boolean {
    return phases.every((phase) => this.#counts[phase] === 0);
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    // A moment later: what ended may be about to begin something else.
    setImmediate(() => {
      const ready = this.#waiting.filter(({ phases }) => this.#isNone(phases));
      this.#waiting = this.#waiting.filter((each) => !ready.includes(each));
      for (const { resolve } of ready) resolve();
    });
  }
}
