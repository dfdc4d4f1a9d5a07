import { join } from "node:path";
import { Project } from "./project.ts";
import type { End } from "./ranges.ts";
import type { Tarball } from "./tarballs.ts";

/** The OpenTelemetry SDK is no dependency of ours: the last for Node.js 20. */
export const SDK = {
  "@opentelemetry/sdk-trace-base": "~2.12.0",
  "@opentelemetry/sdk-metrics": "~2.12.0",
};

/** Installs the packages with this end of all their ranges into an empty project, and uses each range there. */
export function tryEnd(
  { title, versions }: End,
  tarballs: readonly Tarball[],
  folder: string,
): void {
  const project = new Project(join(folder, title.replaceAll(" ", "-")));
  const ours = tarballs.map(({ path, manifest }) => [manifest.name, `file:${path}`]);
  project.install({ dependencies: { ...Object.fromEntries(ours), ...versions, ...SDK } });
  const installed = Object.keys(versions).map((name) => [name, project.versionOf(name)] as const);
  console.log(`Ranges, ${title}: ${installed.map((pair) => pair.join(" ")).join(", ")}`);
  for (const [name, version] of installed)
    if (/^\d/.test(versions[name] ?? "") && versions[name] !== version)
      throw new Error(`npm took ${name} ${version}, not ${versions[name]}: nothing would be tried`);
  project.try("frameworks.mjs", "durable.mjs", "many-machines.mjs", "observed.mjs");
  project.try("command-line.mjs");
}
