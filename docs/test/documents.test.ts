import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { errorCodes as settingsErrorCodes } from "../../packages/settings/src/settings-error.ts";
import { fillBlocks } from "../../scripts/code-blocks.ts";
import { commandNames, fillHelp } from "../../scripts/command-line-page.ts";
import { documents, files } from "../../scripts/documents.ts";
import { eventsPage } from "../../scripts/events-page.ts";
import { fillTables, settingsTypes, TYPES_FILE } from "../../scripts/settings-page.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");

/** Every file of the tree, with a slash before each of its names. */
const tree = files(root).map((file) => `/${file}`);

/** The files of examples in its blocks, with what stands in them. */
function examplesIn(text: string): [string, string][] {
  return [...text.matchAll(/<!-- (examples\/\S+) -->\n```ts\n([\s\S]*?)^```$/gm)].map(
    ([, file = "", code = ""]) => [file, code],
  );
}

describe.each(documents(root))("%s", (document) => {
  const text = read(document);

  test("every TypeScript block is a file that CI runs, word for word: npm run docs", () => {
    expect(text).toBe(fillBlocks(text, root));
  });

  test("what its examples import from beside them is shown here, or on a page that it links to", () => {
    const links = text.matchAll(/\]\((?:https:\/\/github\.com\/.*?\/(main\/))?([^)#:]+\.md)/g);
    const linked = [...links].map(([, absolute, link]) =>
      read(join(absolute ? "" : dirname(document), link as string)),
    );
    const shown = new Set([text, ...linked].flatMap(examplesIn).map(([file]) => file));
    const missing = examplesIn(text).flatMap(([file, code]) =>
      [...code.matchAll(/from "(\..+)"/g)]
        .map(([, path]) => join(dirname(file), path as string))
        .filter((path) => !shown.has(path))
        .map((path) => `${file} imports ${path}`),
    );
    expect(missing).toEqual([]);
  });

  test("every path it names is there", () => {
    const paths = [
      ...text.matchAll(
        /`((?:packages|examples|fixtures|docs|scripts|benchmarks|site)\/[\w./[\]-]+|\.ci\/run)`/g,
      ),
    ].map(([, path]) => path as string);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) =>
      join(dirname(document), link as string),
    );
    const missing = [...paths, ...links].filter(
      (path) => !existsSync(join(root, path)) && !/\/dist$/.test(path),
    );
    expect(missing).toEqual([]);
  });

  test("every file that it calls by its name, or the end of its path, is somewhere", () => {
    const names = [...text.matchAll(/`([\w./[\]-]+\.(?:ts|mjs|json|ya?ml))`/g)];
    // What Stryker makes is not in the tree.
    const named = names.flatMap(([, name = ""]) => (name.startsWith("reports/") ? [] : name));
    expect(named.filter((name) => !tree.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
  });

  test("every npm script it names exists", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm (?:run )?(test|start|(?<=run )[\w:-]+)/g)].map(
      ([, script]) => script as string,
    );
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

test("docs/events.md is what the tables say: npm run docs", () => {
  expect(read("docs/events.md")).toBe(eventsPage());
});

test("docs/command-line.md has the help of every command as the program prints it: npm run docs", () => {
  const text = read("docs/command-line.md");
  expect(text).toBe(fillHelp(text));
  const shown = [...text.matchAll(/<!-- help (\w+) -->/g)].map(([, name]) => name);
  expect(shown).toEqual(commandNames());
});

test("docs/settings.md and the settings' types are what the table says: npm run docs", () => {
  expect(read("docs/settings.md")).toBe(fillTables(read("docs/settings.md")));
  expect(read(TYPES_FILE)).toBe(settingsTypes());
});

test("docs/settings.md has a row for every kind of error of the settings' client, and no other", () => {
  const [, errors = ""] = read("docs/settings.md").split("\n## Errors\n");
  const kinds = [...errors.matchAll(/^\| `(\w+)`/gm)].map(([, kind]) => kind);
  expect(kinds).toEqual(Object.keys(settingsErrorCodes));
});
