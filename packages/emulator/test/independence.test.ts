import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

test("the emulator is made of its own files and of Node.js: it shares no code with what it tests", async () => {
  const source = fileURLToPath(new URL("../src/", import.meta.url));
  const bundle = await rolldown({
    input: `${source}index.ts`,
    platform: "node",
    treeshake: false,
    resolve: { conditionNames: ["@whatsapp-webhooks/source", "import", "node"] },
  });
  const { output } = await bundle.generate();
  await bundle.close();
  const chunks = output.flatMap((part) => (part.type === "chunk" ? [part] : []));
  const modules = chunks.flatMap((chunk) => Object.keys(chunk.modules));
  expect(modules).toContain(`${source}sign.ts`);
  expect(modules.filter((path) => !path.startsWith(source) && !path.startsWith("\0"))).toEqual([]);
  const imports = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]);
  const own = new Set(chunks.map(({ fileName }) => fileName));
  expect(imports.filter((name) => !name.startsWith("node:") && !own.has(name))).toEqual([]);
});
