// Makes the JavaScript in dist: a file for each entry of package.json and what they share, because Node.js takes longer to find
// and load eighty files than to run them. The types are as tsc writes them.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = fileURLToPath(new URL("./", import.meta.url));
const target = join(here, "dist");
const manifest = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const sources = Object.values(manifest.exports)
  .map((entry) => entry["@whatsapp-webhooks/source"])
  .filter(Boolean);

for (const name of readdirSync(target, { recursive: true }))
  if (/\.js(\.map)?$/.test(name)) rmSync(join(target, name));
const bundle = await rolldown({
  cwd: here,
  input: sources,
  // What users install; Node.js's own modules are none of the bundle anyway.
  external: [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)],
  platform: "node",
  transform: { target: "es2022" },
});
await bundle.write({
  dir: target,
  format: "esm",
  chunkFileNames: "shared/[name].js",
  sourcemap: true,
});
await bundle.close();
