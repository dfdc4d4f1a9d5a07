import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

async function modulesOf(entry: string): Promise<string[]> {
  const source = fileURLToPath(new URL("../src/", import.meta.url));
  const bundle = await rolldown({ input: source + entry, platform: "node", treeshake: false });
  const { output } = await bundle.generate();
  await bundle.close();
  return output
    .flatMap((chunk) => (chunk.type === "chunk" ? Object.keys(chunk.modules) : []))
    .map((path) =>
      path.startsWith(source)
        ? path.slice(source.length)
        : path.replace(/.*node_modules\/([^/]+).*/, "$1"),
    );
}

test("nothing that looks into a body, and no zod, stands before the 200", async () => {
  const modules = await modulesOf("receiver.ts");
  expect(modules).toContain("receiver.ts");
  expect(
    modules.filter((path) => /zod|schema|envelope|parse|processor|emitter|lanes|events/.test(path)),
  ).toEqual([]);
});

test("parsing knows no server and no inbox", async () => {
  const modules = await modulesOf("parse.ts");
  expect(modules.some((path) => path.startsWith("schema/"))).toBe(true);
  expect(
    modules.filter((path) => /receiver|http|inbox|body|processor|emitter|lanes/.test(path)),
  ).toEqual([]);
});
