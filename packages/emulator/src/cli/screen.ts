import pico from "picocolors";
import { printable, printableJson } from "./printable.ts";

type Colours = ReturnType<typeof pico.createColors>;

/** Whether to colour: as NO_COLOR and FORCE_COLOR say, and otherwise at a terminal only. */
export function hasColours(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return stream.isTTY === true && env.TERM !== "dumb";
}

/** What a command writes: lines for people, or JSON for scripts. */
export interface Screen {
  readonly isJson: boolean;
  readonly colours: Colours;
  /** Lines for people; nothing with --json. */
  lines(...lines: readonly string[]): void;
  /** The one JSON value of a command; nothing without --json. */
  json(value: unknown): void;
  /** A remark beside the result, on stderr. */
  remark(line: string): void;
}

export function createScreen({ json = false }: { readonly json?: boolean | undefined }): Screen {
  const isColoured = hasColours(process.stdout);
  return {
    isJson: json,
    colours: pico.createColors(isColoured),
    lines(...lines) {
      const text = lines.map((line) => `${printable(line, isColoured)}\n`).join("");
      if (!json) process.stdout.write(text);
    },
    json(value) {
      if (json) process.stdout.write(`${printableJson(value)}\n`);
    },
    remark(line) {
      process.stderr.write(`${printable(line)}\n`);
    },
  };
}
