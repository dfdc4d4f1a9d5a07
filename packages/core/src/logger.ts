import { inspect } from "node:util";

/** What a logger must offer: pino's method shape, so a pino instance fits as it is. */
export interface Logger {
  /** What is normal and frequent: a duplicate was dropped. */
  debug(details: object, message: string): void;
  /** What is normal and rare: a handshake, the end of trouble. */
  info(details: object, message: string): void;
  /** Trouble that others make, or that is coming. */
  warn(details: object, message: string): void;
  /** Trouble of our own: somebody has to do something. */
  error(details: object, message: string): void;
}

/**
 * Writes warnings and errors to stderr, one line each. We pass it no payload, number, id or secret; what a failed handler
 * threw is the handler's own, and is written with its stack and its causes.
 */
export const stderrLogger: Logger = {
  debug() {},
  info() {},
  warn: (details, message) => write("warn", details, message),
  error: (details, message) => write("error", details, message),
};

/** An `err` among the details is written with its stack and its causes, as pino does. The code stands at the head of the message already. */
function write(level: string, details: object, message: string): void {
  const { err, code: _code, ...rest } = details as { err?: unknown; code?: unknown };
  const json = JSON.stringify(rest);
  const stack = err === undefined ? "" : `\n${shown(err)}`;
  const line = `[whatsapp-webhooks] ${level}: ${message}${json === "{}" ? "" : ` ${json}`}`;
  process.stderr.write(`${inert(line)}${stack.split("\n").map(inert).join("\n    ")}\n`);
}

/** Of a chain, which may be a circle. */
const MOST_CAUSES = 5;

/** With its causes, as `fetch failed` alone says nothing. */
function shown(err: unknown): string {
  const texts = [textOf(err)];
  for (
    let cause = causeOf(err);
    cause !== undefined && texts.length <= MOST_CAUSES;
    cause = causeOf(cause)
  )
    texts.push(`caused by: ${textOf(cause)}`);
  return texts.join("\n");
}

/** Handlers throw anything, also what throws when it is looked at. */
function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? (thrown.stack ?? String(thrown)) : inspect(thrown);
  } catch {
    return "(what was thrown cannot be shown)";
  }
}

function causeOf(thrown: unknown): unknown {
  try {
    return thrown instanceof Error ? thrown.cause : undefined;
  } catch {
    return undefined;
  }
}

/** Controls, line breaks of every kind, and what turns the direction of writing; a tab is harmless. */
const CONTROLS = /(?!\t)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * Handlers put into their errors what customers wrote. On a terminal nothing of it may act; and as further lines of an
 * error are indented, nothing of it can pass for a line of ours.
 */
function inert(text: string): string {
  return text.replace(
    CONTROLS,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The same logger, except that what it throws is not heard of: logging must cost no notification its answer. */
export function harmless(logger: Logger): Logger {
  const method =
    (level: keyof Logger): Logger[keyof Logger] =>
    (details, message) => {
      // There is nowhere to tell of what goes wrong here, now or later.
      try {
        const written: unknown = logger[level](details, message);
        if (written instanceof Promise) written.catch(() => {});
      } catch {}
    };
  return {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
  };
}

const QUIET_MS = 60_000;

/**
 * A logger for what strangers can cause: each cause is written at most once a minute,
 * with the number of times it was left out since, so that nobody can flood the log.
 */
export class IncidentLog {
  readonly #logger: Logger;
  readonly #causes = new Map<string, { until: number; suppressed: number }>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** True when a line for this cause would be written now; lets the caller skip costly diagnosis. */
  isDue(cause: string): boolean {
    return (this.#causes.get(cause)?.until ?? 0) <= performance.now();
  }

  /** `cause` tells apart what has one code; it must come from a small set, as each is remembered. */
  log(
    level: "info" | "warn" | "error",
    code: string,
    message: string,
    details: object = {},
    cause = code,
  ): void {
    const last = this.#causes.get(cause);
    if (last !== undefined && last.until > performance.now()) {
      last.suppressed++;
      return;
    }
    this.#causes.set(cause, { until: performance.now() + QUIET_MS, suppressed: 0 });
    const suppressed =
      last === undefined || last.suppressed === 0 ? {} : { suppressed: last.suppressed };
    this.#logger[level]({ code, ...details, ...suppressed }, message);
  }
}
