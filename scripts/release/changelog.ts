/** What one change does to the version that all packages share. */
export type Bump = "major" | "minor" | "patch";

/** A change that waits for a release, as its file in `.changeset` tells it. */
export interface Change {
  readonly bump: Bump;
  /** Markdown; a first line such as `### Changed` is the heading it belongs under. */
  readonly text: string;
}

const UNRELEASED = "## Unreleased";
const headings: Readonly<Record<Bump, string>> = {
  major: "### Breaking",
  minor: "### Added",
  patch: "### Fixed",
};

/** The changelog with a section of this version, which has what was unreleased and these changes; `day` is `2026-12-01`. */
export function withRelease(
  changelog: string,
  version: string,
  day: string,
  changes: readonly Change[],
): string {
  const start = changelog.indexOf(`${UNRELEASED}\n`);
  if (start < 0) throw new Error(`CHANGELOG.md has no heading "${UNRELEASED}"`);
  const from = start + UNRELEASED.length;
  const next = changelog.indexOf("\n## ", from);
  const end = next < 0 ? changelog.length : next;
  const groups = groupsIn(changelog.slice(from, end));
  for (const { bump, text } of changes) {
    const [, own, rest] = /^(### .+)\n+([\s\S]*)$/.exec(text.trim()) ?? [];
    const heading = own ?? headings[bump];
    const entry = asListItem(rest ?? text);
    groups.set(heading, [groups.get(heading), entry].filter(Boolean).join("\n"));
  }
  if (groups.size === 0)
    throw new Error(
      `There is nothing to tell about ${version}: CHANGELOG.md and .changeset are empty`,
    );
  const sections = [...groups].map(([heading, text]) => (heading ? `${heading}\n\n${text}` : text));
  const release = `## ${version} - ${day}\n\n${sections.join("\n\n")}\n`;
  return `${changelog.slice(0, from)}\n\n${release}${changelog.slice(end)}`;
}

/** What the changelog says of this version, without its heading; `undefined` when it has no section of it. */
export function sectionOf(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`${version} - `));
  return section?.slice(section.indexOf("\n")).trim();
}

/** The text below each `### ` heading; what stands above the first has none. */
function groupsIn(section: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const part of section.split(/^(?=### )/m)) {
    const [, heading = "", text = part] = /^(### .+)\n([\s\S]*)$/.exec(part) ?? [];
    if (text.trim() !== "") groups.set(heading, text.trim());
  }
  return groups;
}

function asListItem(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("- ") ? trimmed : `- ${trimmed.replaceAll("\n", "\n  ")}`;
}
