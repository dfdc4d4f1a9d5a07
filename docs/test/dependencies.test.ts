import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { subjects } from "../../benchmarks/subjects.ts";
import { packageNames } from "../../scripts/package-names.ts";

interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly optionalDependencies?: object;
  readonly peerDependencies?: object;
  readonly peerDependenciesMeta?: object;
}

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));
const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
const manifests = packageNames.map((name) => manifestIn(join(packages, name)));
const namesIn = (list: object = {}): string[] => Object.keys(list).sort();

/** Where Node.js finds a dependency of the package in this folder. */
function folderOf(dependency: string, folder: string): string | undefined {
  for (let above = folder; above !== dirname(above); above = dirname(above)) {
    const found = join(above, "node_modules", dependency);
    if (existsSync(found)) return realpathSync(found);
  }
  return undefined;
}

/** The command line's: arguments, near misses, a spinner, colours. Who imports the emulator loads none of them. */
const ofTheCommandLine = ["commander", "fastest-levenshtein", "nanospinner", "picocolors"];

test("the packages depend on zod, on core and on what they adapt, and nothing else", () => {
  const found = manifests.map(({ name, ...manifest }) => [
    name.replace("@whatsapp-webhooks/", ""),
    namesIn(manifest.dependencies),
    namesIn(manifest.optionalDependencies),
    namesIn(manifest.peerDependencies),
  ]);
  const core = "@whatsapp-webhooks/core";
  expect(found).toEqual([
    ["bullmq", ["bullmq", "ioredis"], [], [core]],
    ["core", ["zod"], [], ["@opentelemetry/api"]],
    [
      "emulator",
      ["@whatsapp-webhooks/settings", ...ofTheCommandLine],
      ["libsql"],
      ["@whatsapp-webhooks/sqlite"],
    ],
    ["express", [], [], [core, "express"]],
    ["fastify", [], [], [core, "fastify"]],
    ["koa", [], [], [core, "koa"]],
    ["settings", [], [], []],
    ["sqlite", [], ["libsql"], [core]],
    ["testing", [], [], [core]],
  ]);
});

/** What anybody may use, in whatever they sell. */
const permissive = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];

test("everything that comes with a package has a permissive licence, and with core comes zod alone", () => {
  const licences = new Map<string, string | undefined>();
  const note = (folder: string): void => {
    const { dependencies, optionalDependencies } = manifestIn(folder);
    for (const dependency of namesIn({ ...dependencies, ...optionalDependencies })) {
      const found = folderOf(dependency, folder);
      // Binaries for other machines are not installed.
      if (found === undefined) expect(namesIn(optionalDependencies)).toContain(dependency);
      else if (!licences.has(found) && !found.startsWith(packages)) {
        licences.set(found, manifestIn(found).license);
        note(found);
      }
    }
  };
  note(join(packages, "core"));
  expect([...licences.keys()].map((folder) => manifestIn(folder).name)).toEqual(["zod"]);
  for (const name of packageNames) note(join(packages, name));
  expect(licences.size).toBeGreaterThan(20);
  for (const [folder, licence] of licences) expect(permissive, folder).toContain(licence);
});

test("core's peer dependency is one that nobody has to install", () => {
  const core = manifests.find(({ name }) => name === "@whatsapp-webhooks/core");
  expect(core?.peerDependenciesMeta).toEqual({ "@opentelemetry/api": { optional: true } });
});

test("nothing runs when a package is installed", () => {
  const atInstall = [
    "preinstall",
    "install",
    "postinstall",
    "preprepare",
    "prepare",
    "postprepare",
  ];
  for (const { name, scripts = {} } of manifests)
    expect(
      Object.keys(scripts).filter((script) => atInstall.includes(script)),
      name,
    ).toEqual([]);
});

test("what is measured beside us is a dependency of the benchmarks only", () => {
  const measured = [...new Set(subjects.flatMap((row) => row.package ?? []))];
  expect(measured.length).toBeGreaterThan(4);
  for (const { name, ...manifest } of manifests) {
    const lists = [manifest.dependencies, manifest.devDependencies, manifest.peerDependencies];
    expect(
      lists.flatMap(namesIn).filter((dependency) => measured.includes(dependency)),
      name,
    ).toEqual([]);
  }
});
