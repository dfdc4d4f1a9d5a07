import { harmless, type SettingsLogger } from "./logger.ts";
import { defaultRetry, type SettingsRetryOptions } from "./retry.ts";
import { SettingsError } from "./settings-error.ts";
import type { FetchLike, TransportOptions } from "./transport.ts";

/** How requests are made; all of it may be left out. */
export interface ConnectionOptions {
  /** Makes the requests. Default: the platform's `fetch`. It must not follow redirects where it is told so. */
  readonly fetch?: FetchLike | undefined;
  /** Milliseconds for one attempt, the answer's body included. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * GET, PATCH, DELETE and a login without `newPassword` are repeated after 429, 5xx, a timeout or a failed connection; every
   * other POST is sent once.
   */
  readonly retry?: SettingsRetryOptions | undefined;
  /** Hears warnings. Default: one line on stderr each. */
  readonly logger?: SettingsLogger | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up, waits between attempts included: the error's kind is then `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

export const TIMEOUT_MS = 10_000;
/** Timers cannot wait longer; a longer time would be taken for no time at all. */
const LONGEST_MS = 2 ** 31 - 1;
const CONNECTION = ["baseUrl", "fetch", "timeoutMs", "retry", "logger"];

/** What TypeScript does not check, or cannot: options from JavaScript, and the size of numbers. */
export function checkOptions(
  name: string,
  options: unknown,
  others: readonly string[],
): asserts options is object {
  if (typeof options !== "object" || options === null)
    throw invalid(
      `${name} takes an object with ${others.join(", ")} and ${CONNECTION.join(", ")}.`,
    );
  const known = [...others, ...CONNECTION];
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw invalid(`there is no option ${key} of ${name}. Options: ${known.join(", ")}.`);
  }
}

/** The options with their defaults. */
export function connect(options: ConnectionOptions): TransportOptions {
  const { fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS, logger } = options;
  if (typeof fetch !== "function") throw invalid("fetch is not a function.");
  if (logger !== undefined && typeof logger?.warn !== "function")
    throw invalid("logger has no method warn.");
  requirePositive("timeoutMs", timeoutMs);
  const given = Object.entries(options.retry ?? {}).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) {
    if (!(key in defaultRetry))
      throw invalid(
        `there is no option retry.${key}. Options: ${Object.keys(defaultRetry).join(", ")}.`,
      );
    requirePositive(`retry.${key}`, value);
  }
  const retry = { ...defaultRetry, ...Object.fromEntries(given) };
  return { fetch, timeoutMs, retry, logger: harmless(logger) };
}

function requirePositive(name: string, value: unknown): void {
  const isPositive = typeof value === "number" && value > 0 && value <= LONGEST_MS;
  const isFit = isPositive && (!name.endsWith("maxAttempts") || Number.isInteger(value));
  if (!isFit)
    throw invalid(
      `${name} must be a positive ${name.endsWith("maxAttempts") ? "whole number" : "number"} of at most ${LONGEST_MS}.`,
    );
}

/** The URL without a slash at its end. */
export function readBaseUrl(value: unknown): URL {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw invalid("baseUrl must be an https:// URL, such as https://wa.example.com:9090.");
  if (url.username !== "" || url.password !== "")
    throw invalid("baseUrl must not hold a user name or a password.");
  if (url.search !== "" || url.hash !== "")
    throw invalid("baseUrl must not hold a query or a fragment.");
  return url;
}

/** Scheme, host and path, ready for a path to be added. */
export function baseOf(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** A server on this machine: an emulator, or a tunnel. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** A secret that can stand in a header. */
export function readSecret(option: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw invalid(`${option} is missing or empty.`);
  if (!/^[\x21-\x7e]+$/.test(value))
    throw invalid(
      `${option} holds whitespace or a character that no header can carry. Look for a line break at its end.`,
    );
  return value;
}

export function invalid(message: string): SettingsError {
  return new SettingsError("option_invalid", message);
}
