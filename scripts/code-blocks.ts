// TypeScript blocks of the documents are files that CI runs: each stands below a comment that names its file.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const BLOCK = /(?:<!-- (\S+) -->\n)?```ts\n([\s\S]*?)```/g;

/** The text with every block filled from its file. Throws for a block without one. */
export function fillBlocks(text: string, root: string): string {
  return text.replace(BLOCK, (block, file: string | undefined) => {
    if (file === undefined) throw new Error(`a block without the file it comes from:\n${block}`);
    return `<!-- ${file} -->\n\`\`\`ts\n${readFileSync(join(root, file), "utf8")}\`\`\``;
  });
}

/** What npm shows for each package. */
export function packageReadmes(root: string): string[] {
  return readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`);
}
