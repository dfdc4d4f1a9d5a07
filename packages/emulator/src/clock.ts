/** The emulator's only source of time: retries, statuses and tokens all ask it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` after this time, once; returns what cancels it. */
  setTimer(delayMs: number, run: () => void): () => void;
  /**
   * Called when something begins that takes real time, such as a request; returns what to call at its end. A clock that
   * is stepped by hand stands still in between.
   */
  hold?(): () => void;
  /** True when time passes only when somebody says so: then nothing waits for it. */
  readonly isStepped?: boolean;
  /** How many times as fast as real time it goes, for whoever shows a countdown. Default: 1. */
  readonly rate?: number;
}

/** A clock that stands still until it is told to move. */
export interface SteppedClock extends Clock {
  readonly isStepped: true;
  /**
   * Moves time on by this much. What falls due on the way runs at its own moment, and requests come to their end before
   * time moves on: seven days of retries take as long as the requests do.
   */
  advance(byMs: number): Promise<void>;
}

/** Node's timers fire at once for anything longer. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time of this machine. */
export function realClock(): Clock {
  return fastClock(1);
}

/** Time that passes `factor` times as fast, beginning now: with 3600 an hour takes a second. */
export function fastClock(factor: number): Clock {
  if (!(factor > 0)) throw new RangeError("the factor of a clock must be above 0.");
  const start = Date.now();
  const startTick = performance.now();
  return {
    rate: factor,
    now: () => Math.floor(start + (performance.now() - startTick) * factor),
    setTimer(delayMs, run) {
      const end = performance.now() + Math.max(0, delayMs) / factor;
      let timer: NodeJS.Timeout;
      const wait = (): void => {
        const leftMs = Math.max(0, Math.ceil(end - performance.now()));
        timer = setTimeout(check, Math.min(leftMs, LONGEST_TIMER_MS));
      };
      // Node's timers come a little early now and then.
      const check = (): void => {
        if (performance.now() < end) wait();
        else run();
      };
      wait();
      return () => clearTimeout(timer);
    },
  };
}

/** A clock for tests: `await clock.advance(7 * 24 * 3_600_000)` is a week. */
export function steppedClock(startMs: number = Date.now()): SteppedClock {
  let now = startMs;
  let held = 0;
  let whenStill: (() => void)[] = [];
  /** In order of time; those of one moment in the order they were set. */
  const timers: { readonly at: number; readonly run: () => void }[] = [];

  /** Waits until nothing is held, and what ended last has had its turn to set timers. */
  async function still(): Promise<void> {
    do {
      if (held > 0) await new Promise<void>((resolve) => whenStill.push(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    } while (held > 0);
  }

  return {
    isStepped: true,
    rate: 0,
    now: () => now,
    setTimer(delayMs, run) {
      const timer = { at: now + Math.max(0, delayMs), run };
      let place = timers.length;
      while (place > 0 && (timers[place - 1]?.at ?? 0) > timer.at) place--;
      timers.splice(place, 0, timer);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
    hold() {
      held++;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        if (--held > 0) return;
        const waiting = whenStill;
        whenStill = [];
        for (const resolve of waiting) resolve();
      };
    },
    async advance(byMs) {
      const target = now + byMs;
      await still();
      for (let next = timers[0]; next !== undefined && next.at <= target; next = timers[0]) {
        now = Math.max(now, next.at);
        // All of one moment together, so that they can be under way side by side.
        while (timers[0] !== undefined && timers[0].at <= now) timers.shift()?.run();
        await still();
      }
      now = Math.max(now, target);
    },
  };
}
