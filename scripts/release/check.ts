// `npm run release:check -- [tag]`: whether what is here may be published, under this tag. Prints what is told of the version.
import { readFileSync } from "node:fs";
import { sectionOf } from "./changelog.ts";
import { commandNameFaults } from "./command-names.ts";
import { changelogFile, pendingChanges, sharedVersion } from "./pending.ts";

const [tag] = process.argv.slice(2);
const version = sharedVersion();
const section = sectionOf(readFileSync(changelogFile, "utf8"), version);
const faults = [
  ...(tag === undefined || tag === `v${version}`
    ? []
    : [`the tag is ${tag}, the version ${version}: tag the commit of the release v${version}`]),
  ...(pendingChanges().length === 0
    ? []
    : [".changeset has changes that wait: npm run release:version"]),
  ...(section === undefined
    ? [`CHANGELOG.md has no section "## ${version} - <day>": npm run release:version`]
    : []),
  ...(await commandNameFaults()),
];
if (faults.length > 0) {
  console.error(`Not to be released: ${faults.join("; ")}.`);
  process.exitCode = 1;
} else console.log(section);
