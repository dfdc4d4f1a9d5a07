import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { subjects } from "../../benchmarks/subjects.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/comparison.md");

/** The table's rows on the page, without its head. */
const [, table = ""] =
  /<!-- compared: receiving -->\n([\s\S]*?)<!-- \/compared -->/.exec(page) ?? [];
const rows = table.trim().split("\n").slice(2);

const whatsapp = subjects.filter(({ sender }) => sender === "whatsapp");
const others = new Set(whatsapp.flatMap((row) => row.package ?? []));

/** What all rows of a library say, whatever the framework. Throws where they differ. */
function cellsOf(label: string, same: typeof whatsapp): string {
  const word = (is: boolean) => (is ? "yes" : "no");
  const lines = new Set(
    same.map(
      ({ batchItems, answersFirst, deduplicates, validates, durable }) =>
        `| ${label} | ${batchItems} | ${[answersFirst, deduplicates, validates, durable].map(word).join(" | ")} |`,
    ),
  );
  const [line, ...more] = lines;
  if (line === undefined || more.length > 0) throw new Error(`${label}: ${[...lines].join("\n")}`);
  return line;
}

test("the table says what is measured, of the versions that are installed", () => {
  expect(others.size).toBeGreaterThan(3);
  const theirs = [...others].map((name) => {
    const { version } = JSON.parse(read(`benchmarks/node_modules/${name}/package.json`)) as {
      version: string;
    };
    return cellsOf(
      `\`${name}\` ${version}`,
      whatsapp.filter((row) => row.package === name),
    );
  });
  const ours = ["memory", "sqlite", "redis"].map((inbox) =>
    cellsOf(
      `this library, ${inbox}`,
      whatsapp.filter((row) => row.setup === "ours" && row.inbox === inbox),
    ),
  );
  expect(rows).toEqual([...theirs, ...ours]);
});
