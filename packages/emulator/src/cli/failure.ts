/** Ends the command with one line on stderr and exit code 1. */
export class Failure extends Error {
  readonly exitCode: number = 1;
}

/** A mistake in the call: exit code 2. */
export class UsageError extends Failure {
  override readonly exitCode = 2;
}

/** What went wrong, on one line, whatever was thrown. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^error: /, "")
    .replace(/\s*[\r\n]+\s*/g, " ")
    .trim();
}
