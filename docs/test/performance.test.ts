import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  fillMeasured,
  MEASURED_PAGES,
  measuredParts,
  measuredRuns,
  PICTURES,
  pictureFiles,
} from "../../scripts/performance-page.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = MEASURED_PAGES.map((name) => [name, readFileSync(join(root, name), "utf8")] as const);
const runs = measuredRuns(root);

test.each(pages)("%s is what the results say: npm run docs", (_name, page) => {
  expect(page).toBe(fillMeasured(page, runs));
});

test("its pictures are what the results say, in light and in dark: npm run docs", () => {
  const folder = join(root, PICTURES);
  const found = existsSync(folder) ? readdirSync(folder) : [];
  const drawn = pictureFiles(runs);
  expect(found.sort()).toEqual([...drawn.keys()].sort());
  for (const [file, svg] of drawn) expect(readFileSync(join(folder, file), "utf8"), file).toBe(svg);
});

test("every part that is made of results is in a page", () => {
  const all = pages.map(([, page]) => page).join("\n");
  const named = [...all.matchAll(/<!-- measured: (\w+) -->/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(Object.keys(measuredParts).sort());
});

test("a part that there is not is an error", () => {
  const wrong = "<!-- measured: nothing -->\n<!-- /measured -->";
  expect(() => fillMeasured(wrong, runs)).toThrow('no measured part "nothing"');
});
