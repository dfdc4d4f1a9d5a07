import { readdirSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["docs", "examples", "packages", "benchmarks", "scripts", "site"];
/** What others wrote, and what is made of the code. */
const NOT_OURS = new Set(["node_modules", "dist", "api", ".vitepress", ".next"]);

/** Every Markdown file that people read, as a path from the root. */
export function documents(root: string): string[] {
  return [...markdownIn(root, "", false), ...FOLDERS.flatMap((name) => markdownIn(root, name))];
}

function markdownIn(root: string, folder: string, deep = true): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return deep && !NOT_OURS.has(entry.name) ? markdownIn(root, path) : [];
    return entry.name.endsWith(".md") ? [path] : [];
  });
}
