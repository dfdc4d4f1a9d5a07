import { effect, signal } from "@preact/signals";
import type { DeliveryView } from "../../src/server/looks.ts";
import { deliveries, emulatorNow, realMs } from "./store.ts";
import { wholeDuration } from "./time.ts";

const now = signal(0);
const TICK_MS = 250;
let ticking: ReturnType<typeof setInterval> | undefined;

/** The time moves only while something waits for it. */
effect(() => {
  const isWaiting = deliveries.value.some(({ nextAttemptAt }) => nextAttemptAt !== undefined);
  if (isWaiting) ticking ??= setInterval(() => (now.value = emulatorNow()), TICK_MS);
  else {
    clearInterval(ticking);
    ticking = undefined;
  }
});

/** How long until a delivery is tried again. */
export function Countdown({ delivery }: { readonly delivery: DeliveryView }) {
  const { nextAttemptAt, attempts, attemptCount } = delivery;
  if (nextAttemptAt === undefined) return null;
  const leftMs = Math.max(0, nextAttemptAt - (now.value || emulatorNow()));
  const last = attempts.at(-1)?.at ?? nextAttemptAt;
  const share = nextAttemptAt > last ? Math.min(1, leftMs / (nextAttemptAt - last)) : 0;
  const real = realMs(leftMs);
  return (
    // Not a live region: it would never be silent.
    <p class="countdown">
      <span class="bar" aria-hidden="true">
        <span style={{ transform: `scaleX(${share})` }} />
      </span>
      Attempt {attemptCount + 1} {leftMs === 0 ? "now" : `in ${wholeDuration(leftMs)}`}
      {Number.isFinite(real) ? "" : ", when the clock is stepped"}
    </p>
  );
}
