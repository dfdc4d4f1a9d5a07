// Makes dist/page of this folder: one script, one stylesheet, the licences of what is bundled.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("./", import.meta.url));
const target = fileURLToPath(new URL("../dist/page/", import.meta.url));
const bundled = ["preact", "@preact/signals", "@preact/signals-core", "uplot"];
/** In this order: later ones count more. */
const sheets = [
  "base",
  "layout",
  "customers",
  "chat",
  "chat-content",
  "composer",
  "deliveries",
  "platform",
];

/** Builds, unless what is built is newer than everything it is made of. */
export async function buildIfStale() {
  const built = modified(join(target, "index.html"));
  const sources = readdirSync(here, { recursive: true }).map((name) => join(here, name));
  if (sources.some((file) => modified(file) > built)) await build();
}

export async function build() {
  // Only here: rolldown takes a while to load.
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({
    input: join(here, "src/main.tsx"),
    platform: "browser",
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const [{ code }] = output;
  const css = [
    readFileSync(require.resolve("uplot/dist/uPlot.min.css"), "utf8"),
    ...sheets.map((name) => readFileSync(join(here, `styles/${name}.css`), "utf8")),
  ].join("\n");
  mkdirSync(target, { recursive: true });
  put("page.js", `/*! Bundled libraries and their licences: licences.txt */\n${code}`);
  put("page.css", css);
  put("licences.txt", licences());
  put("icon.svg", readFileSync(join(here, "icon.svg"), "utf8"));
  // Last: its time tells whether all of it is new.
  put("index.html", readFileSync(join(here, "index.html"), "utf8"));
}

const require = createRequire(import.meta.url);

/** In one step, because somebody else may be reading or building. */
function put(name, text) {
  const draft = join(target, `.${name}-${process.pid}`);
  writeFileSync(draft, text);
  renameSync(draft, join(target, name));
}

function licences() {
  // signals-core is signals' own dependency: found from there.
  const signals = createRequire(require.resolve("@preact/signals"));
  return bundled
    .map((name) => {
      const entry = name === "@preact/signals-core" ? signals.resolve(name) : require.resolve(name);
      const folder = folderOf(entry, name);
      const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      return `${name} ${version} (${license})\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

function folderOf(file, name) {
  let folder = dirname(file);
  while (!folder.endsWith(join("node_modules", name))) folder = dirname(folder);
  return folder;
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(target, { recursive: true, force: true });
  await build();
}
