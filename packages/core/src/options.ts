import { WebhookError } from "./errors.ts";
import { defaultRetry } from "./inbox/retry.ts";

/** The defaults with what the options set; `undefined` counts as left out. */
export function withDefaults<T extends object>(
  base: T,
  options: { readonly [K in keyof T]?: T[K] | undefined } = {},
): T {
  const given = Object.entries(options).filter(
    ([key, value]) => key in base && value !== undefined,
  );
  return { ...base, ...Object.fromEntries(given) };
}

const METHODS = {
  inbox: ["put", "consume", "close"],
  logger: ["debug", "info", "warn", "error"],
  telemetry: [],
} as const;
const OTHERS = [
  "appSecret",
  "verifyToken",
  "onPremises",
  "inbox",
  "retry",
  "maxAgeMs",
  "logger",
  "telemetry",
  "onError",
];
/** Timers cannot wait longer; a longer time would be taken for no time at all. */
export const LONGEST_MS = 2 ** 31 - 1;

/** What TypeScript does not check, or cannot: options from JavaScript, and the size of numbers. */
export function checkOptions(options: unknown, numbers: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw invalid(
      "appSecret and verifyToken are missing: createWebhooks({ appSecret, verifyToken }).",
    );
  }
  const given = options as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(given)) {
    if (![...numbers, ...OTHERS].includes(key))
      throw invalid(`there is no option ${key}. Options: ${[...OTHERS, ...numbers].join(", ")}.`);
  }
  requirePositive("", given, [...numbers, "maxAgeMs"]);
  requirePositive(
    "retry.",
    (given.retry ?? {}) as Readonly<Record<string, unknown>>,
    Object.keys(defaultRetry),
  );
  for (const [option, methods] of Object.entries(METHODS)) {
    const value = given[option] as Readonly<Record<string, unknown>> | undefined;
    const missing = methods.filter(
      (method) => value !== undefined && typeof value?.[method] !== "function",
    );
    if (missing.length > 0) throw invalid(`${option} has no method ${missing.join(", ")}.`);
  }
  if (given.onError !== undefined && typeof given.onError !== "function")
    throw invalid("onError is not a function.");
}

function requirePositive(
  prefix: string,
  values: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): void {
  for (const key of keys) {
    const value = values[key];
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value > 0) || value === Number.POSITIVE_INFINITY) {
      throw invalid(`${prefix}${key} must be a positive number, got ${String(value)}.`);
    }
    if (key.endsWith("Ms") && value > LONGEST_MS)
      throw invalid(`${prefix}${key} must be at most ${LONGEST_MS} (24 days), got ${value}.`);
    if (key === "maxAttempts" && !Number.isInteger(value))
      throw invalid(`${prefix}${key} must be a whole number, got ${value}.`);
  }
}

function invalid(message: string): WebhookError {
  return new WebhookError("option_invalid", message);
}
