import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Project } from "./project.ts";
import type { Tarball } from "./tarballs.ts";

const readme = fileURLToPath(new URL("../../README.md", import.meta.url));
/** The sentence in the README that must be true. */
const SENTENCE = /zod and nothing else, together less than ([\d.]+) MB/;

/**
 * Installs core and an adapter without the framework, which a user has already, and compares what comes with what the
 * README says: the packages, and how much disk they take.
 */
export function checkWeight(tarballs: readonly Tarball[], folder: string): void {
  const chosen = tarballs.filter(({ manifest }) =>
    ["@whatsapp-webhooks/core", "@whatsapp-webhooks/express"].includes(manifest.name),
  );
  const project = new Project(join(folder, "weight"));
  const dependencies = Object.fromEntries(
    chosen.map(({ path, manifest }) => [manifest.name, `file:${path}`]),
  );
  project.install({ dependencies }, "--legacy-peer-deps");
  const names = packagesIn(project.installed(""));
  const expected = [...Object.keys(dependencies), "zod"].sort();
  if (names.join() !== expected.join())
    throw new Error(`Core and an adapter bring ${names.join(", ")}, not ${expected.join(", ")}`);
  const sizes = names.map((name) => [name, megabytesOf(project.installed(name))] as const);
  const sum = sizes.reduce((total, [, size]) => total + size, 0);
  const told = sizes.map(([name, size]) => `${name} ${size.toFixed(2)}`).join(", ");
  console.log(`Core and an adapter: ${sum.toFixed(2)} MB unpacked (${told})`);
  const [, stated] = SENTENCE.exec(readFileSync(readme, "utf8")) ?? [];
  if (stated === undefined) throw new Error(`The README does not say ${SENTENCE.source}`);
  if (sum >= Number(stated) || sum < 0.8 * Number(stated))
    throw new Error(`The README says less than ${stated} MB; it is ${sum.toFixed(2)} MB`);
}

/** The names of all packages in and below a node_modules folder. */
function packagesIn(modules: string): readonly string[] {
  return readdirSync(modules, { recursive: true, encoding: "utf8" })
    .flatMap(
      (path) =>
        /^(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/.exec(path)?.[1] ?? [],
    )
    .sort();
}

/** Millions of bytes, as npm's page of a package counts them. */
function megabytesOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sizes = files.map((file) => statSync(join(folder, file))).filter((stat) => stat.isFile());
  return sizes.reduce((sum, { size }) => sum + size, 0) / 1e6;
}
