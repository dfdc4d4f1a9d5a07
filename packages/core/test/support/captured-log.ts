import { inspect } from "node:util";
import type { Logger } from "../../src/logger.ts";

export interface LogLine {
  readonly level: keyof Logger;
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface CapturedLog extends Logger {
  readonly lines: LogLine[];
  /** Everything that was logged, details in full depth, as one text to search in. */
  text(): string;
}

/** A logger that keeps what it is given. */
export function capturedLog(): CapturedLog {
  const lines: LogLine[] = [];
  const keep =
    (level: keyof Logger) =>
    (details: object, message: string): void => {
      lines.push({ level, details: details as Record<string, unknown>, message });
    };
  return {
    lines,
    text: () => inspect(lines, { depth: 20, maxStringLength: null, maxArrayLength: null }),
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
  };
}
