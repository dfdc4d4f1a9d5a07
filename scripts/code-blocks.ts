// TypeScript blocks of the documents are files that CI runs: each stands below a comment that names its file. Blocks in other
// languages may stand below one.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const BLOCK = /(?:<!-- (\S+) -->\n)?^```(\w+)\n[\s\S]*?^```$/gm;

/** The text with every block filled from its file. Throws for a block in TypeScript without one. */
export function fillBlocks(text: string, root: string): string {
  return text.replace(BLOCK, (block, file: string | undefined, language: string) => {
    if (file !== undefined)
      return `<!-- ${file} -->\n\`\`\`${language}\n${readFileSync(join(root, file), "utf8")}\`\`\``;
    if (language === "ts") throw new Error(`a block without the file it comes from:\n${block}`);
    return block;
  });
}
