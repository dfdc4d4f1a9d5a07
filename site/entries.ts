import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageNames } from "../scripts/package-names.ts";

/** A public entry of a package. */
export interface Entry {
  /** As it is imported, without the scope: `core`, `core/node`. */
  readonly name: string;
  /** Its page in the API reference. */
  readonly page: string;
  /** The file that it is, from the root. */
  readonly source: string;
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | { "@whatsapp-webhooks/source": string }>>;
}

/** What people can import, as the packages say it themselves. */
export function entries(root: string): Entry[] {
  return packageNames.flatMap((name) => {
    const { exports }: Manifest = JSON.parse(
      readFileSync(join(root, "packages", name, "package.json"), "utf8"),
    );
    return Object.entries(exports).flatMap(([path, target]) => {
      if (typeof target === "string") return [];
      const entry = path.replace(/^\./, name);
      const source = join("packages", name, target["@whatsapp-webhooks/source"]);
      return { name: entry, page: entry.replace("/", "-"), source };
    });
  });
}
