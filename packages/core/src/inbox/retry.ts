import type { OptionTable } from "../options.ts";

/** When a failed event is tried again, and how often. */
export interface RetryOptions {
  /**
   * Deliveries of a notification, the first included. An event runs in each until it has succeeded, except in those in
   * which it waits behind a failed one of its conversation: such an event has fewer runs. Default 10.
   */
  readonly maxAttempts?: number | undefined;
  /** The first delay. Default 1,000. */
  readonly minDelayMs?: number | undefined;
  /** The longest delay. Default 3,600,000 (an hour). */
  readonly maxDelayMs?: number | undefined;
  /** How much longer each delay is than the one before. Default 3. */
  readonly factor?: number | undefined;
}

export const retryTable: OptionTable<RetryOptions> = {
  maxAttempts: "whole",
  minDelayMs: "time",
  maxDelayMs: "time",
  factor: "positive",
};

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly factor: number;
}

export const defaultRetry: RetryPolicy = {
  maxAttempts: 10,
  minDelayMs: 1_000,
  maxDelayMs: 3_600_000,
  factor: 3,
};

/**
 * Milliseconds until the next attempt after `attempt` attempts failed, or undefined when that was the last.
 * Up to a fifth is taken off at random, so that what failed together does not come back together.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  random: () => number = Math.random,
): number | undefined {
  if (attempt >= policy.maxAttempts) return undefined;
  const delay = Math.min(policy.minDelayMs * policy.factor ** (attempt - 1), policy.maxDelayMs);
  return Math.round(delay * (1 - random() / 5));
}
