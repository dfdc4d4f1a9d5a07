// What documents tell of the results of benchmarks and soaks: tables, a sentence, and the pictures in light and dark.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parts } from "../benchmarks/page.ts";
import { drawAll, pictureFile, picturesOf } from "../benchmarks/pictures.ts";
import { type Results, readResults } from "../benchmarks/results.ts";
import { soakTable } from "./soak/report.ts";

/** The documents with measured parts. */
export const MEASURED_PAGES = ["docs/performance.md", "docs/reliability.md", "README.md"];

/** The folder of the pictures, from the root and from the document. */
export const PICTURES = "docs/images/performance";
/** With a dot, which is how the site knows a file from a package. */
const FROM_PAGE = "./images/performance";

const PART = /(<!-- measured: (\w+) -->\n)[\s\S]*?(<!-- \/measured -->)/g;

/** What was measured, one for each Node.js, the oldest first. */
export function measuredRuns(root: string): readonly Results[] {
  const folder = join(root, "benchmarks/results");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files
    .filter((file) => /^\d+\.json$/.test(file))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((file) => readResults(join(folder, file)));
}

/** All parts, by name, with what writes them. */
export const measuredParts: typeof parts = { ...parts, pictures: pictureLines, soaks: soakTable };

/** The page with its measured parts written anew. Throws for a part that there is not. */
export function fillMeasured(page: string, runs: readonly Results[]): string {
  return page.replace(PART, (_part, head: string, name: string, end: string) => {
    const text = measuredParts[name]?.(runs);
    if (text === undefined) throw new Error(`there is no measured part "${name}".`);
    return `${head}\n${text}\n\n${end}`;
  });
}

/** The files of the pictures, by their names. */
export function pictureFiles(runs: readonly Results[]): ReadonlyMap<string, string> {
  return drawAll(runs);
}

function pictureLines(runs: readonly Results[]): string {
  const lines = picturesOf(runs).map((picture) =>
    [
      "<picture>",
      `  <source media="(prefers-color-scheme: dark)" srcset="${FROM_PAGE}/${pictureFile(picture, "dark")}">`,
      `  <img alt="${picture.alt}" src="${FROM_PAGE}/${pictureFile(picture, "light")}">`,
      "</picture>",
    ].join("\n"),
  );
  return lines.length === 0 ? "No pictures yet." : lines.join("\n\n");
}
