import type { Screen } from "../screen.ts";
import type { Finding } from "./examination.ts";
import { type Fault, faults } from "./faults.ts";

/** A finding as lines. What a fault means is told the first time only. */
export function findingLines(
  { colours }: Screen,
  finding: Finding,
  toldBefore: ReadonlySet<Fault>,
): readonly string[] {
  const { check, state, fault, seen, status, answerMs } = finding;
  const { green, red, yellow, dim, bold } = colours;
  const mark = { ok: green("✓"), broken: red("✗"), note: yellow("!"), unchecked: dim("–") }[state];
  const measure =
    answerMs === undefined
      ? ""
      : `${String(status ?? "").padEnd(4)} ${String(answerMs).padStart(5)} ms`;
  const isLong = state === "unchecked" || measure === "";
  const shown = seen !== undefined && (isLong || seen !== String(status)) ? seen : "";
  const name = state === "broken" ? bold(check.padEnd(WIDTH)) : check.padEnd(WIDTH);
  const lines = [
    `${mark} ${name} ${dim(measure)}${shown === "" ? "" : `  ${dim(shown)}`}`.trimEnd(),
  ];
  if (state === "unchecked") lines[0] = `${mark} ${dim(`${check}: not checked`)}`;
  const more =
    state === "unchecked" && seen !== undefined
      ? wrapped(seen).map((line) => `  ${dim(line)}`)
      : [];
  if (fault === undefined || toldBefore.has(fault)) return [...lines, ...more];
  const { wrong, mend } = faults[fault];
  return [
    ...lines,
    ...wrapped(wrong).map((line) => `  ${yellow(line)}`),
    ...wrapped(mend).map((line, i) => `  ${i === 0 ? "→ " : "  "}${line}`),
  ];
}

const WIDTH = 44;
const COLUMNS = 92;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > COLUMNS) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A finding for scripts: with what its fault means. */
export function findingRecord(finding: Finding): object {
  return finding.fault === undefined ? finding : { ...finding, ...faults[finding.fault] };
}
