import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { outputOf } from "./command.ts";

/** A package's package.json, as far as it is looked at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A package as it would be published. */
export interface Tarball {
  readonly path: string;
  readonly manifest: Manifest;
}

/** Packs every package that is published into this folder, as a release would; needs no network. */
export function pack(folder: string): readonly Tarball[] {
  outputOf("pnpm", ["-r", "--filter", "./packages/*", "pack", "--pack-destination", folder]);
  const files = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  return files.map((file) => {
    const path = join(folder, file);
    return { path, manifest: manifestIn(path) };
  });
}

function manifestIn(tarball: string): Manifest {
  return JSON.parse(outputOf("tar", ["-xzOf", tarball, "package/package.json"])) as Manifest;
}

/** What publint says, and whether TypeScript finds the types that belong to what Node.js runs, however it looks for them. */
export async function lint({ path, manifest }: Tarball): Promise<void> {
  outputOf("publint", ["--strict", path]);
  const result = await checkPackage(createPackageFromTarballData(readFileSync(path)));
  if (!result.types) throw new Error(`${manifest.name} has no types`);
  // Every Node.js that is supported loads ECMAScript modules by require().
  const problems = result.problems.filter(({ kind }) => kind !== "CJSResolvesToESM");
  if (problems.length > 0)
    throw new Error(
      `The types of ${manifest.name} are wrong: ${JSON.stringify(problems, undefined, 2)}`,
    );
}

/** What `import` takes from this package, each with its name: `@whatsapp-webhooks/core/node`. */
export function entriesOf({ name, exports }: Manifest): readonly string[] {
  return Object.keys(exports)
    .filter((key) => key !== "./package.json")
    .map((key) => name + key.slice(1));
}
