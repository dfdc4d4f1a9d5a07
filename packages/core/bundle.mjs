// Makes the JavaScript in dist: a file for each entry of package.json and what they share, because Node.js takes longer to find
// and load a hundred files than to run them. The types are as tsc writes them.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { isAbsolute, join } from "node:path";
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
  // Whatever is no file of ours: what is forgotten among the dependencies is then missed when the package is tried.
  external: (id) => !id.startsWith(".") && !isAbsolute(id),
  platform: "node",
  transform: { target: "es2022" },
});
await bundle.write({
  dir: target,
  format: "esm",
  chunkFileNames: "shared/[name].js",
  sourcemap: true,
  // They lie beside it, in src.
  sourcemapExcludeSources: true,
});
await bundle.close();
