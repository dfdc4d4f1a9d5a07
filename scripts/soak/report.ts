// What the soaks found last, as a table in docs/reliability.md: `npm run soak:million -- --save`, then `npm run docs`.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a soak did that ended well, and what it found. */
interface Found {
  readonly what: string;
  readonly result: string;
}

interface Report extends Found {
  /** Such as `npm run soak:million`. */
  readonly how: string;
  readonly date: string;
  readonly node: string;
  readonly machine: string;
}

const SAVE = "--save";
const folder = fileURLToPath(new URL("results/", import.meta.url));

/** What the soak was told, `--save` aside. */
export const soakArguments: readonly string[] = process.argv
  .slice(2)
  .filter((argument) => argument !== SAVE);

/** Keeps what was found under the soak's name and arguments, if that was asked for. */
export function saveReport(name: string, { what, result }: Found): void {
  if (!process.argv.includes(SAVE)) return;
  const told = soakArguments.length === 0 ? "" : ` -- ${soakArguments.join(" ")}`;
  const report: Report = {
    what,
    result,
    how: `npm run soak:${name}${told}`,
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    machine: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`,
  };
  mkdirSync(folder, { recursive: true });
  const file = `${[name, ...soakArguments].join("-")}.json`;
  writeFileSync(join(folder, file), `${JSON.stringify(report, undefined, 2)}\n`);
}

/** All reports, as a table. */
export function soakTable(): string {
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  const rows = files.map((file) => {
    const report = JSON.parse(readFileSync(join(folder, file), "utf8")) as Report;
    const { what, result, how, date, node, machine } = report;
    return `| ${what} | ${result} | \`${how}\` | ${date}, Node.js ${node.slice(1)}, ${machine} |`;
  });
  return ["| what | result | how | measured |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** `3 to 5`, or `3`. */
export function range(numbers: readonly number[]): string {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return low === high ? String(low) : `${low} to ${high}`;
}

/** With commas. */
export const count = (number: number): string => number.toLocaleString("en");

/** How often handlers ran again; when a soak ends well, each time after a kill. */
export function again(times: number): string {
  return times === 0 ? "none again" : `${count(times)} again, each after a \`kill -9\``;
}
