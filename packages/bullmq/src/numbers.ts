export interface Numbers {
  /**
   * How long ids and event keys are remembered against duplicates. Default 8 days: the platform repeats a notification
   * for up to 7, so less lets late repeats through.
   */
  readonly rememberMs?: number | undefined;
  /** How long dead letters are kept. Default 30 days. */
  readonly deadLetterMaxAgeMs?: number | undefined;
  /** Bytes that dead letters may take; the oldest give way to the newest, with a warning before. Default 64 MiB. */
  readonly deadLetterLimitBytes?: number | undefined;
  /** Bytes of bodies that may wait in Redis or be under way; more is answered 503. Default 256 MiB. */
  readonly limitBytes?: number | undefined;
  /** Bytes of bodies that may wait in this process to be written; more is answered 503. Default 64 MiB. */
  readonly pendingLimitBytes?: number | undefined;
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

export const defaults = {
  rememberMs: 8 * DAY_MS,
  deadLetterMaxAgeMs: 30 * DAY_MS,
  deadLetterLimitBytes: 64 * MIB,
  limitBytes: 256 * MIB,
  pendingLimitBytes: 64 * MIB,
};

export type AllNumbers = typeof defaults;

/** All of them. */
export function numbersOf(options: Numbers): AllNumbers {
  const numbers = { ...defaults };
  for (const name of Object.keys(defaults) as readonly (keyof AllNumbers)[])
    numbers[name] = Math.floor(options[name] ?? defaults[name]);
  return numbers;
}
