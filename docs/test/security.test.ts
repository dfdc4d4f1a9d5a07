import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "SECURITY.md"), "utf8");

/** A row of the table of threats, whose last column names the tests: `[words](file) "name", "name"<br>…`. */
interface Row {
  readonly threat: string;
  readonly happens: string;
  readonly tests: string;
}

function rowsOf(markdown: string): Row[] {
  const [, table = ""] = markdown.split("| threat | what happens | test |\n| --- | --- | --- |\n");
  const lines = table.split("\n");
  const rows = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith("|")),
  );
  return rows.map((line) => {
    const [, threat = "", happens = "", tests = ""] = line.split(/\s*\|\s*/);
    return { threat, happens, tests };
  });
}

const NAMES = /"[^"]+"(?:, "[^"]+")*/;
const ENTRY = new RegExp(`^\\[[^\\]]+\\]\\(([^)]+)\\) (${NAMES.source})$`);

/** What is wrong with a row; nothing if it names tests that are there. */
function faultsOf({ threat, happens, tests }: Row): string[] {
  const faults = threat === "" || happens === "" ? ["a cell is empty"] : [];
  for (const entry of tests.split("<br>")) {
    const [, file = "", names = ""] = ENTRY.exec(entry) ?? [];
    if (file === "") faults.push(`no test: ${entry}`);
    else if (!existsSync(join(root, file))) faults.push(`no such file: ${file}`);
    else {
      const text = readFileSync(join(root, file), "utf8");
      for (const [, name = ""] of names.matchAll(/"([^"]+)"/g))
        if (!isTestIn(text, name)) faults.push(`no such test in ${file}: ${name}`);
    }
  }
  return faults;
}

/** Whether a file has a test of this name: as the argument of `test`, a `name` of a suite, or the head of a row of cases. */
function isTestIn(text: string, name: string): boolean {
  const literal = `"${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"`;
  return new RegExp(`(?<!describe)(?:[([]|name: |^\\s+)${literal},`, "m").test(text);
}

describe("SECURITY.md", () => {
  const rows = rowsOf(page);

  test("has a row for every threat that we know of", () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  test.each(rows.map((row) => [row.threat, row] as const))("%s", (_threat, row) => {
    expect(faultsOf(row)).toEqual([]);
  });

  test.each(["README.md", "CONTRIBUTING.md"])("is linked from %s", (file) => {
    expect(readFileSync(join(root, file), "utf8")).toContain("](SECURITY.md)");
  });

  test("tells where to report, and no address that nobody reads", () => {
    const { repository } = JSON.parse(
      readFileSync(join(root, "packages/core/package.json"), "utf8"),
    ) as { repository: { url: string } };
    const url = repository.url.replace(/^git\+|\.git$/g, "");
    expect(page).toContain(`](${url}/security/advisories/new)`);
    expect(page).not.toMatch(/[\w.]+@[\w-]+\.\w+|mailto:/);
  });
});

describe("a row is faulty", () => {
  const file = "docs/test/security.test.ts";
  const good = { threat: "t", happens: "h", tests: `[this](${file}) "without a test"` };

  test("unless it is as it should be", () => {
    expect(faultsOf(good)).toEqual([]);
  });

  test.each([
    ["without a test", { ...good, tests: "" }, "no test"],
    ["with words for a test", { ...good, tests: "we looked" }, "no test"],
    ["with a file and no name", { ...good, tests: `[this](${file})` }, "no test"],
    [
      "with a file that is gone",
      { ...good, tests: '[this](docs/gone.test.ts) "a"' },
      "no such file",
    ],
    ["with a name that is gone", { ...good, tests: `[this](${file}) "${"gone"}"` }, "no such test"],
    [
      "with the name of a group",
      { ...good, tests: `[this](${file}) "a row is faulty"` },
      "no such test",
    ],
    ["with the start of a name", { ...good, tests: `[this](${file}) "without a"` }, "no such test"],
    [
      "with one of two that is gone",
      { ...good, tests: `${good.tests}, "${"gone"}"` },
      "no such test",
    ],
    ["without a word on what happens", { ...good, happens: "" }, "a cell is empty"],
  ])("%s", (_what, row, fault) => {
    expect(faultsOf(row)).toEqual([expect.stringContaining(fault)]);
  });
});
