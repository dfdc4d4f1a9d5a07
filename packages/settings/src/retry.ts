/** How often a call that may be repeated is tried, and how long it waits in between. */
export interface SettingsRetryOptions {
  /** Attempts, the first included. Default 4; 1 repeats nothing. */
  readonly maxAttempts?: number | undefined;
  /** Milliseconds before the second attempt; each further wait is twice as long. Default 500. */
  readonly minDelayMs?: number | undefined;
  /**
   * The longest wait in milliseconds. Default 20,000. Where the API's `Retry-After` asks for more, the call fails at once and
   * the error's `retryAfterMs` says how much.
   */
  readonly maxDelayMs?: number | undefined;
}

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

export const defaultRetry: RetryPolicy = { maxAttempts: 4, minDelayMs: 500, maxDelayMs: 20_000 };

/**
 * Milliseconds until the next attempt after `attempt` attempts, or undefined when there should be none. Up to half is taken off
 * at random, so that clients that failed together do not come back together; never less than the API asked for.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  retryAfterMs = 0,
  random: () => number = Math.random,
): number | undefined {
  if (attempt >= policy.maxAttempts || retryAfterMs > policy.maxDelayMs) return undefined;
  const delay = Math.min(policy.minDelayMs * 2 ** (attempt - 1), policy.maxDelayMs);
  return Math.max(Math.round(delay * (1 - random() / 2)), retryAfterMs);
}

/** The milliseconds of a `Retry-After` header: seconds or a date. Undefined when it is neither. */
export function readRetryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
