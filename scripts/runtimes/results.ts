/** How one thing went on one run-time. */
export interface Result {
  readonly runtime: string;
  readonly what: string;
  /** Why it failed; `undefined` when it did not. */
  readonly failure?: string | undefined;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

/** All of them as a table for the terminal, and below it what failed. */
export function report(results: readonly Result[]): string {
  const rows = [
    ["run-time", "what", "passed", "failed", "skipped", "seconds"],
    ...results.map(({ runtime, what, passed, failed, skipped, seconds }) => [
      runtime,
      what,
      String(passed),
      String(failed),
      String(skipped),
      seconds.toFixed(1),
    ]),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const failures = results.flatMap(({ runtime, what, failure }) =>
    failure === undefined ? [] : [`\n${runtime}, ${what}:\n${failure}`],
  );
  return [...lines, ...failures].join("\n");
}
