import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Bump, Change } from "./changelog.ts";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("../../", import.meta.url));
/** The changelog of all packages. */
export const changelogFile = join(root, "CHANGELOG.md");

/** The changes that wait in `.changeset`, those that weigh most first. */
export function pendingChanges(): readonly Change[] {
  const folder = join(root, ".changeset");
  const files = readdirSync(folder).filter((file) => file.endsWith(".md") && file !== "README.md");
  const changes = files
    .sort()
    .map((file) => changeIn(readFileSync(join(folder, file), "utf8"), file));
  const weight: readonly Bump[] = ["major", "minor", "patch"];
  return changes.sort((a, b) => weight.indexOf(a.bump) - weight.indexOf(b.bump));
}

/** What a file of `.changeset` says. Throws, with the file's name, if that is not to be understood. */
export function changeIn(file: string, name: string): Change {
  const [, head = "", text = ""] = /^---\n([\s\S]*?)(?<=\n)---\n([\s\S]*)$/.exec(file) ?? [];
  const bumps: readonly unknown[] = Object.values((parse(head) as object | null) ?? {});
  const bump = (["major", "minor", "patch"] as const).find((each) => bumps.includes(each));
  if (bump === undefined || text.trim() === "")
    throw new Error(
      `.changeset/${name} must name a package with major, minor or patch between two lines of ---, and then tell the change`,
    );
  return { bump, text };
}

/** The version that all packages share. Throws if they differ. */
export function sharedVersion(): string {
  const folder = join(root, "packages");
  const versions = readdirSync(folder).map((name) => {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8"));
    return (manifest as { readonly version: string }).version;
  });
  const [version = "", ...others] = new Set(versions);
  if (others.length > 0)
    throw new Error(
      `All packages share one version; these have ${[version, ...others].join(", ")}`,
    );
  return version;
}
