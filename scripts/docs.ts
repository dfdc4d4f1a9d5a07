// `npm run docs`: fills the documents' code blocks from their files, writes docs/events.md, the help in docs/command-line.md, and
// what follows from the tables of the On-Premises settings (types, rows in docs/settings.md), of the metrics and of the benchmarks'
// results (docs/performance.md, its pictures, the README). A test fails when stale.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fillBlocks } from "./code-blocks.ts";
import { fillHelp } from "./command-line-page.ts";
import { documents } from "./documents.ts";
import { eventsPage } from "./events-page.ts";
import { fillMetrics } from "./observability-page.ts";
import {
  fillMeasured,
  MEASURED_PAGES,
  measuredRuns,
  PICTURES,
  pictureFiles,
} from "./performance-page.ts";
import { fillTables, settingsTypes, TYPES_FILE } from "./settings-page.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
writeFileSync(join(root, "docs/events.md"), eventsPage());
writeFileSync(join(root, TYPES_FILE), settingsTypes());
const settingsPage = join(root, "docs/settings.md");
writeFileSync(settingsPage, fillTables(readFileSync(settingsPage, "utf8")));
const commandLine = join(root, "docs/command-line.md");
writeFileSync(commandLine, fillHelp(readFileSync(commandLine, "utf8")));
const observabilityPage = join(root, "docs/observability.md");
writeFileSync(observabilityPage, fillMetrics(readFileSync(observabilityPage, "utf8")));
const runs = measuredRuns(root);
for (const page of MEASURED_PAGES) {
  const path = join(root, page);
  writeFileSync(path, fillMeasured(readFileSync(path, "utf8"), runs));
}
rmSync(join(root, PICTURES), { recursive: true, force: true });
for (const [file, svg] of pictureFiles(runs)) {
  mkdirSync(join(root, PICTURES), { recursive: true });
  writeFileSync(join(root, PICTURES, file), svg);
}
for (const document of documents(root)) {
  const path = join(root, document);
  writeFileSync(path, fillBlocks(readFileSync(path, "utf8"), root));
}
