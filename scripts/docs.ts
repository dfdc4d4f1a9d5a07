// `npm run docs`: fills the documents' code blocks from their files and writes docs/events.md. A test fails when stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fillBlocks, packageReadmes } from "./code-blocks.ts";
import { eventsPage } from "./events-page.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
writeFileSync(join(root, "docs/events.md"), eventsPage());
const documents = ["README.md", "CONTRIBUTING.md", "docs/serverless.md", ...packageReadmes(root)];
for (const document of documents) {
  const path = join(root, document);
  writeFileSync(path, fillBlocks(readFileSync(path, "utf8"), root));
}
