// `npm run release:version`: raises the version of all packages by what .changeset tells, and moves that into CHANGELOG.md.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sectionOf, withRelease } from "./changelog.ts";
import { changelogFile, pendingChanges, root, sharedVersion } from "./pending.ts";

const changelog = readFileSync(changelogFile, "utf8");
const changes = pendingChanges();
if (changes.length > 0) raise();
else if (sectionOf(changelog, sharedVersion()) !== undefined)
  throw new Error(
    "There is nothing to release: .changeset has no change. .changeset/README.md tells how to write one.",
  );
// Else it is a version that no release had yet, the first.
const version = sharedVersion();
const today = new Date().toISOString().slice(0, 10);
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
