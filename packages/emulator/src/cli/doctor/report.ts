import type { Screen } from "../screen.ts";
import type { Finding } from "./examination.ts";
import { faults } from "./faults.ts";

/** Writes findings as lines. What a fault means, and why something was not checked, is told the first time only. */
export class Report {
  readonly #screen: Screen;
  readonly #told = new Set<string>();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  lines(finding: Finding): readonly string[] {
    const { dim, yellow } = this.#screen.colours;
    const { state, fault, seen } = finding;
    const head = this.#head(finding);
    if (state === "unchecked") {
      const reason = seen === undefined || !this.#isNew(seen) ? [] : wrapped(seen);
      return [head, ...reason.map((line) => `  ${dim(line)}`)];
    }
    if (fault === undefined || !this.#isNew(fault)) return [head];
    const { wrong, mend } = faults[fault];
    return [
      head,
      ...wrapped(wrong).map((line) => `  ${yellow(line)}`),
      ...wrapped(mend).map((line, i) => `  ${i === 0 ? "→ " : "  "}${line}`),
    ];
  }

  #head({ check, state, seen, status, answerMs }: Finding): string {
    const { green, red, yellow, dim, bold } = this.#screen.colours;
    if (state === "unchecked") return `${dim(`– ${check}: not checked`)}`;
    const mark = { ok: green("✓"), broken: red("✗"), note: yellow("!") }[state];
    const name = check.padEnd(WIDTH);
    const answer = String(status ?? "").padEnd(4);
    const measure = answerMs === undefined ? "" : `${answer} ${String(answerMs).padStart(5)} ms`;
    // The status stands there already.
    const remark = seen === undefined || seen === String(status) ? "" : seen;
    const rest = [measure, remark].filter((part) => part !== "").join("  ");
    return `${mark} ${state === "broken" ? bold(name) : name} ${dim(rest)}`.trimEnd();
  }

  /** Whether it is told for the first time. */
  #isNew(text: string): boolean {
    const isNew = !this.#told.has(text);
    this.#told.add(text);
    return isNew;
  }
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
