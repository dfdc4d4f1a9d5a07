import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

async function bundled(entry: string) {
  const bundle = await rolldown({
    input: source + entry,
    platform: "node",
    treeshake: false,
    external: /^[^./]/,
  });
  const { output } = await bundle.generate();
  await bundle.close();
  const chunks = output.flatMap((part) => (part.type === "chunk" ? [part] : []));
  const own = new Set(chunks.map(({ fileName }) => fileName));
  const outside = (names: readonly string[]) =>
    names.filter((name) => !name.startsWith("node:") && !own.has(name)).sort();
  return {
    modules: chunks.flatMap((chunk) => Object.keys(chunk.modules)),
    imports: outside(chunks.flatMap((chunk) => chunk.imports)),
    dynamic: outside(chunks.flatMap((chunk) => chunk.dynamicImports)),
  };
}

test("who imports the emulator gets nothing of the command line, and none of its libraries", async () => {
  const { modules, imports } = await bundled("index.ts");
  expect(modules.filter((path) => path.includes("/cli/"))).toEqual([]);
  expect(imports).toEqual([]);
});

test("the command line uses what the package names, and the inbox only when there is one", async () => {
  const { imports, dynamic } = await bundled("cli/main.ts");
  const manifest: { dependencies: object } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  expect([...new Set(imports)]).toEqual(Object.keys(manifest.dependencies).sort());
  expect(dynamic).toEqual(["@whatsapp-webhooks/sqlite"]);
});
