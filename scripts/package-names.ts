import { existsSync, readdirSync } from "node:fs";

const folder = new URL("../packages/", import.meta.url);

/** The folders in `packages`, sorted: those with a manifest, as others may be left over. */
export const packageNames: readonly string[] = readdirSync(folder)
  .filter((name) => existsSync(new URL(`${name}/package.json`, folder)))
  .sort();
