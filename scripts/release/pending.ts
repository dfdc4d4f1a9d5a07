import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { packageNames } from "../package-names.ts";
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
  const named: Readonly<Record<string, unknown>> = parse(head) ?? {};
  const known = manifests().map((each) => each.name);
  const unknown = Object.keys(named).filter((each) => !known.includes(each));
  if (unknown.length > 0)
    throw new Error(
      `.changeset/${name} names ${unknown.join(", ")}, which is not published: name a package of those in packages/`,
    );
  const bumps = Object.values(named);
  const bump = (["major", "minor", "patch"] as const).find((each) => bumps.includes(each));
  if (bump === undefined || text.trim() === "")
    throw new Error(
      `.changeset/${name} must name a package with major, minor or patch between two lines of ---, and then tell the change`,
    );
  return { bump, text };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

function manifests(): readonly Manifest[] {
  return packageNames.map((name) =>
    JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")),
  );
}

/** The version that all packages share. Throws if they differ. */
export function sharedVersion(): string {
  const [version = "", ...others] = new Set(manifests().map((each) => each.version));
  if (others.length > 0)
    throw new Error(
      `All packages share one version; these have ${[version, ...others].join(", ")}`,
    );
  return version;
}
