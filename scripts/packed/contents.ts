import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Project } from "./project.ts";
import type { Tarball } from "./tarballs.ts";

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

/** Throws unless each package has what belongs into one, as it lies there when it is installed. */
export function checkContents(tarballs: readonly Tarball[], project: Project): void {
  for (const { manifest } of tarballs) {
    const faults = faultsOf(project.installed(manifest.name));
    if (faults.length > 0)
      throw new Error(`${manifest.name} must not be published:\n${faults.join("\n")}`);
  }
}

function faultsOf(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const text = (file: string): string => readFileSync(join(folder, file), "utf8");
  const faults = ["README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"]
    .filter((file) => !files.includes(file))
    .map((file) => `${file} is missing`);
  // pnpm puts versions in their place, npm does not.
  for (const [found] of text("package.json").matchAll(/"(?:workspace|catalog):[^"]*"/g))
    faults.push(`package.json has ${found}, which only a workspace understands`);
  for (const file of files.filter((name) => name.endsWith(".map"))) {
    const { sources, sourcesContent = [] } = JSON.parse(text(file)) as SourceMap;
    for (const [i, source] of sources.entries())
      if (sourcesContent[i] == null && !existsSync(join(folder, dirname(file), source)))
        faults.push(`${file} leads to ${source}, which is not in the package`);
  }
  const mapped = (file: string): boolean => files.includes(`${file}.map`);
  for (const file of files.filter((name) => /^dist\/(?!page\/).*\.(js|d\.ts)$/.test(name)))
    if (!mapped(file)) faults.push(`${file} has no source map`);
  return faults;
}
