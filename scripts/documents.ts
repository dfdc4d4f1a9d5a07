import { readdirSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["docs", "examples", "packages", "benchmarks", "scripts", "site"];
/** What has no documents: bodies, and what runs in CI. */
const MORE_FOLDERS = ["fixtures", ".github"];
/** What others wrote, and what is made of the code. */
const NOT_OURS = new Set(["node_modules", "dist", "api", "cache", ".next"]);

/** Every Markdown file that people read, as a path from the root. */
export function documents(root: string): string[] {
  return filesIn(root, FOLDERS).filter((path) => path.endsWith(".md"));
}

/** Every file that is ours, as a path from the root. */
export function files(root: string): string[] {
  return filesIn(root, [...FOLDERS, ...MORE_FOLDERS]);
}

/** Those beside the root's folders, and those in some of its folders. */
function filesIn(root: string, folders: readonly string[]): string[] {
  return [...filesBelow(root, "", false), ...folders.flatMap((name) => filesBelow(root, name))];
}

function filesBelow(root: string, folder: string, deep = true): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return deep && !NOT_OURS.has(entry.name) ? filesBelow(root, path) : [];
    return [path];
  });
}
