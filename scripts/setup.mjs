// Installs the workspace, or a folder that is one of its own (`node scripts/setup.mjs examples/nextjs`), with the pnpm that
// package.json pins, when it is not installed yet or the lockfile is newer.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2] ?? ".";
const stamp = join(folder, "node_modules/.modules.yaml");
const lockfile = join(folder, "pnpm-lock.yaml");
if (!existsSync(stamp) || statSync(lockfile).mtimeMs > statSync(stamp).mtimeMs) {
  const whose = folder === "." ? "is needed" : `${folder} needs`;
  process.stderr.write(`Installing what ${whose}, once ...\n`);
  const { packageManager } = JSON.parse(readFileSync("package.json", "utf8"));
  const install = [packageManager, "install", "--frozen-lockfile"];
  const installed = spawnSync(
    "npm",
    ["exec", "--yes", "--loglevel=error", "--", ...install],
    // Progress belongs on stderr: the sample apps print nothing but events on stdout.
    { cwd: folder, stdio: ["ignore", 2, 2], shell: process.platform === "win32" },
  );
  process.exitCode = installed.status ?? 1;
}
