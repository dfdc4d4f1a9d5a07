// Packs every package that is published and uses the tarballs in empty projects, from ESM, CommonJS and TypeScript: what a
// user gets, not what the repository has. `npm run pack:consume`; `-- --full` tries both ends of every range and every
// TypeScript in every set-up, without it the lowest end, and of TypeScript the oldest.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  aliasesOf,
  checkCost,
  compilers,
  newestCompiler,
  oldestCompiler,
  tryCompiler,
} from "./compilers.ts";
import { checkContents } from "./contents.ts";
import { SDK, tryEnd } from "./ends.ts";
import { tryNextApp } from "./next-app.ts";
import { Project } from "./project.ts";
import { allEnds, lowestEnd } from "./ranges.ts";
import { entriesOf, lint, pack } from "./tarballs.ts";
import { checkWeight } from "./weight.ts";

const { values } = parseArgs({ options: { full: { type: "boolean", default: false } } });
const folder = mkdtempSync(join(tmpdir(), "packed-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const tarballs = pack(folder);
for (const tarball of tarballs) await lint(tarball);
const manifests = tarballs.map(({ manifest }) => manifest);

const project = new Project(join(folder, "project"));
project.install({
  dependencies: {
    ...Object.fromEntries(tarballs.map(({ path, manifest }) => [manifest.name, `file:${path}`])),
    ...{ express: "^5.0.0", fastify: "^5.0.0", koa: "^3.0.0" },
  },
  devDependencies: {
    "@types/node": "^20.19.0",
    "@types/express": "^5.0.0",
    "@types/koa": "^3.0.0",
    ...aliasesOf(compilers),
    // For the language service, which TypeScript 7 does not offer yet.
    typescript: "~6.0.0",
  },
});
checkContents(tarballs, project);

/** Its peer dependency is optional, and the rest must work without. */
const OPENTELEMETRY = "@whatsapp-webhooks/core/opentelemetry";
const entries = manifests.flatMap(entriesOf);
const loaded = entries.filter((name) => name !== OPENTELEMETRY).map((name) => JSON.stringify(name));
project.write("all.cjs", loaded.map((name) => `require(${name});`).join("\n"));
project.write("all.mjs", loaded.map((name) => `import ${name};`).join("\n"));
for (const file of ["all.cjs", "all.mjs"]) project.node("--throw-deprecation", file);
project.try("receive.cjs", "frameworks.mjs", "durable.mjs", "many-machines.mjs");
project.try("settings.mjs", "emulated.mjs", "command-line.mjs", "every-event.mjs");
tryNextApp(project);

if (existsSync(project.installed("@opentelemetry/api")))
  throw new Error("@opentelemetry/api was installed though nobody asked for it");
project.add("@opentelemetry/api@^1.9.0", ...Object.entries(SDK).map((each) => each.join("@")));
project.try("observed.mjs", "observed.cjs");

for (const version of values.full ? compilers : [oldestCompiler])
  tryCompiler(version, project, entries);
for (const version of values.full ? compilers : [oldestCompiler, newestCompiler])
  checkCost(version, project);
project.try("hover.mjs");

checkWeight(tarballs, folder);
const ends = values.full ? allEnds(manifests) : [lowestEnd(manifests)];
for (const end of ends) tryEnd(end, tarballs, folder);
console.log("What is packed can be used.");
