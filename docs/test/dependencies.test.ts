import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { subjects } from "../../benchmarks/subjects.ts";

interface Manifest {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly optionalDependencies?: object;
  readonly peerDependencies?: object;
  readonly peerDependenciesMeta?: object;
}

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));
const manifests = readdirSync(packages).map(
  (name) => JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")) as Manifest,
);
const namesIn = (list: object = {}): string[] => Object.keys(list).sort();

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
