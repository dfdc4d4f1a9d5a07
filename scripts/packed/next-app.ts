import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Project } from "./project.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Builds and starts the sample app for Next.js as it is, but with the packed core where its package.json looks for it. */
export function tryNextApp(project: Project): void {
  for (const folder of ["examples/nextjs", "examples/receiver"])
    cpSync(join(root, folder), join(project.folder, folder), {
      recursive: true,
      filter: (file) => !["node_modules", ".next"].includes(basename(file)),
    });
  mkdirSync(join(project.folder, "packages"));
  symlinkSync(
    project.installed("@whatsapp-webhooks/core"),
    join(project.folder, "packages/core"),
    "dir",
  );
  execFileSync("pnpm", ["install", "--frozen-lockfile"], {
    cwd: join(project.folder, "examples/nextjs"),
    stdio: ["ignore", "inherit", "inherit"],
  });
  project.try("next-app.mjs");
}
