// `npm run release:version`: raises the version of all packages by what .changeset tells, and moves that into CHANGELOG.md.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sectionOf, withRelease } from "./changelog.ts";
import { changelogFile, pendingChanges, root, sharedVersion } from "./pending.ts";

const changelog = readFileSync(changelogFile, "utf8");
const changes = pendingChanges();
const today = new Date().toISOString().slice(0, 10);
const before = sharedVersion();
// Tells what is wrong with the changelog before anything is written.
withRelease(changelog, before, today, changes);
if (changes.length > 0) raise();
else if (sectionOf(changelog, before) !== undefined)
  throw new Error(
    "There is nothing to release: .changeset has no change. .changeset/README.md tells how to write one.",
  );
// Else it is a version that no release had yet, the first.
const version = sharedVersion();
if (changes.length > 0 && (version === before || pendingChanges().length > 0))
  throw new Error(`Changesets left the version at ${version}, or changes in .changeset.`);
writeFileSync(changelogFile, withRelease(changelog, version, today, changes));
console.log(
  `CHANGELOG.md tells of ${version} now. Read it, commit, and tag what lands as v${version}.`,
);

function raise(): void {
  const changeset = join(root, "node_modules/@changesets/cli/bin.js");
  if (!existsSync(changeset))
    throw new Error(
      `Changesets is not installed: it needs Node.js 22.11 or later, and this is ${process.version}. Take a newer one and run npx pnpm install.`,
    );
  execFileSync(process.execPath, [changeset, "version"], { cwd: root, stdio: "inherit" });
}
