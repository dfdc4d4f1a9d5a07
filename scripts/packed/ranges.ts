import type { Manifest } from "./tarballs.ts";

/**
 * One end of all ranges at once: by the name of a package of somebody else's, the version or range that npm is to take.
 * `4.18.0` is one end of `^4.18.0 || ^5.0.0`, and `^5.0.0`, of which npm takes the newest, the other.
 */
export interface End {
  readonly title: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Where the declared ranges begin, the end that is tried the least by anybody. */
export function lowestEnd(manifests: readonly Manifest[]): End {
  return { title: "lowest", versions: versionsBy(rangesIn(manifests), lowestOf) };
}

/** All of them: the lowest and the newest of what is written on either side of `||`. */
export function allEnds(manifests: readonly Manifest[]): readonly End[] {
  const ranges = rangesIn(manifests);
  const older = (range: string): string => alternatives(range).at(0) ?? range;
  const newer = (range: string): string => alternatives(range).at(-1) ?? range;
  return [
    lowestEnd(manifests),
    { title: "newest of the older majors", versions: versionsBy(ranges, older) },
    {
      title: "lowest of the newer majors",
      versions: versionsBy(ranges, (range) => lowestOf(newer(range))),
    },
    { title: "newest", versions: versionsBy(ranges, newer) },
  ];
}

/** What the packages want of others, by name. Throws if two want differently: then no end would be one end. */
function rangesIn(manifests: readonly Manifest[]): ReadonlyMap<string, string> {
  const ranges = new Map<string, string>();
  for (const manifest of manifests) {
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    const wanted = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    for (const [name, range] of Object.entries(wanted)) {
      if (manifests.some((ours) => ours.name === name)) continue;
      const other = ranges.get(name) ?? range;
      if (other !== range)
        throw new Error(`${manifest.name} wants ${name} ${range}, and another package ${other}`);
      ranges.set(name, range);
    }
  }
  return ranges;
}

function versionsBy(
  ranges: ReadonlyMap<string, string>,
  pick: (range: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries([...ranges].map(([name, range]) => [name, pick(range)]));
}

const alternatives = (range: string): readonly string[] => range.split("||").map((s) => s.trim());

/** `4.18.0` for `^4.18.0 || ^5.0.0`. */
function lowestOf(range: string): string {
  const [version] = /\d+\.\d+\.\d+/.exec(range) ?? [];
  if (version === undefined)
    throw new Error(`The range ${range} does not begin with a whole version, such as ^1.2.3`);
  return version;
}
