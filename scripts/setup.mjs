// Installs the workspace with the pnpm that package.json pins, when it is not installed yet or the lockfile is newer.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";

const stamp = "node_modules/.modules.yaml";
if (!existsSync(stamp) || statSync("pnpm-lock.yaml").mtimeMs > statSync(stamp).mtimeMs) {
  process.stderr.write("Installing what is needed, once ...\n");
  const { packageManager } = JSON.parse(readFileSync("package.json", "utf8"));
  const installed = spawnSync(
    "npm",
    ["exec", "--yes", "--loglevel=error", "--", packageManager, "install", "--frozen-lockfile"],
    // Progress belongs on stderr: the sample apps print nothing but events on stdout.
    { stdio: ["ignore", 2, 2], shell: process.platform === "win32" },
  );
  process.exitCode = installed.status ?? 1;
}
