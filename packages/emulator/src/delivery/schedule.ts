import { type Complete, complete } from "../complete.ts";
import { checkKnown } from "../known-options.ts";

/** How the Cloud API tries again. The platform publishes the window, not the intervals: these are the emulator's. */
export interface CloudRetryOptions {
  /** The first retry comes at once; the second after this long. Default: 10 s. */
  readonly firstWaitMs?: number | undefined;
  /** Each further wait is this many times the one before. Default: 1.5. */
  readonly factor?: number | undefined;
  /** After this long a notification is given up. Default: seven days. */
  readonly windowMs?: number | undefined;
}

const HOUR_MS = 3_600_000;

/** With them a notification that always fails is sent 27 times, the last time after five days and twenty hours. */
const cloudDefaults: Complete<CloudRetryOptions> = {
  firstWaitMs: 10_000,
  factor: 1.5,
  windowMs: 7 * 24 * HOUR_MS,
};

export function checkCloudRetry(options: CloudRetryOptions = {}): Complete<CloudRetryOptions> {
  checkKnown(options, { firstWaitMs: true, factor: true, windowMs: true }, "cloud.retry.");
  const full = complete(cloudDefaults, options);
  if (!(full.firstWaitMs > 0 && full.factor >= 1 && full.windowMs > 0))
    throw new RangeError(
      "cloud.retry: firstWaitMs and windowMs are above 0, factor is at least 1.",
    );
  return full;
}

/** How long the Cloud API waits after the n-th failure: not at all, 10 s, 15 s, 22.5 s … */
export function cloudWaitMs(
  failures: number,
  { firstWaitMs, factor }: Complete<CloudRetryOptions>,
): number {
  return failures <= 1 ? 0 : atLeastOne(Math.round(firstWaitMs * factor ** (failures - 2)));
}

/** How long the On-Premises client waits after the n-th failure: 3 s, 6 s, 9 s …, up to 15 min. A wait of 0 is 1 ms. */
export function onPremisesWaitMs(
  failures: number,
  settings: {
    readonly callback_backoff_delay_ms: number;
    readonly max_callback_backoff_delay_ms: number;
  },
): number {
  return atLeastOne(
    Math.min(failures * settings.callback_backoff_delay_ms, settings.max_callback_backoff_delay_ms),
  );
}

/** Without any wait, retries would go on for ever within one moment of a stepped clock. */
function atLeastOne(waitMs: number): number {
  return Math.max(1, waitMs);
}

/** "Typically 24 hours", says the platform's guide. */
export const ON_PREMISES_WINDOW_MS = 24 * HOUR_MS;
