import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documents } from "../../scripts/documents.ts";
import {
  anchorOf,
  pageOf,
  repository,
  root,
  siteLink,
} from "../../site/.vitepress/repository-links.ts";
import { sidebar } from "../../site/.vitepress/sidebar.ts";

const files = documents(root);

function linksIn(items: typeof sidebar): string[] {
  return items.flatMap(({ link, items: below = [] }) => [link ?? [], linksIn(below)].flat());
}

test("every page of the site stands in its sidebar, once", () => {
  const pages = files.flatMap((file) => pageOf(file)?.replace(/\.md$/, "") ?? []);
  expect(pages.length).toBeGreaterThan(25);
  const inSidebar = linksIn(sidebar)
    .filter((link) => !link.startsWith("/api/"))
    .map((link) => link.slice(1).replace(/\/$/, "/index"));
  expect(inSidebar.sort()).toEqual(pages.filter((page) => page !== "index").sort());
});

test("every public entry of a package has its page in the API reference", () => {
  const inSidebar = linksIn(sidebar).filter((link) => link.startsWith("/api/"));
  const names = ["core", "core-node", "core-fetch", "express", "emulator"];
  expect(inSidebar).toEqual(expect.arrayContaining(names.map((name) => `/api/${name}`)));
  expect(new Set(inSidebar).size).toBe(inSidebar.length);
});

test("every link of every markdown file leads to a file and a heading that are there", () => {
  const broken = files.flatMap((file) => {
    const text = readFileSync(`${root}${file}`, "utf8").replace(/^```[\s\S]*?^```/gm, "");
    return [...text.matchAll(/(?<!`)\]\(([^)\s]+)\)/g)].flatMap(([, href = ""]) => {
      try {
        siteLink(file, href);
        return [];
      } catch (error) {
        return (error as Error).message;
      }
    });
  });
  expect(broken).toEqual([]);
});

test("a link to a page leads to the page, one to another file to the repository", () => {
  expect(siteLink("docs/events.md", "errors.md")).toBe("/errors");
  expect(siteLink("docs/errors.md", "../packages/sqlite/README.md")).toBe("/packages/sqlite");
  expect(siteLink("docs/errors.md", "errors.md#after-the-200")).toBe("/errors#after-the-200");
  expect(siteLink("docs/errors.md", "#after-the-200")).toBe("#after-the-200");
  expect(siteLink("README.md", "examples/express")).toBe(
    `${repository}/tree/HEAD/examples/express`,
  );
  expect(siteLink("docs/start.md", "../LICENSE")).toBe(`${repository}/blob/HEAD/LICENSE`);
  expect(siteLink("docs/start.md", "https://example.com/a#b")).toBe("https://example.com/a#b");
  expect(siteLink("docs/start.md", `${repository}/issues`)).toBe(`${repository}/issues`);
  expect(
    siteLink("packages/koa/README.md", `${repository}/blob/main/docs/errors.md#after-the-200`),
  ).toBe("/errors#after-the-200");
});

test.each([
  ["a file that is not there", "nothing.md", "there is no such file"],
  ["a file outside of the repository", "../../etc", "there is no such file"],
  [
    "an address of a file that is not there",
    `${repository}/blob/main/docs/no.md`,
    "there is no such file",
  ],
  ["a heading that is not there", "errors.md#after-the-500", "docs/errors.md has no such heading"],
  ["a heading of its own that is not there", "#nothing", "docs/start.md has no such heading"],
])("%s is an error of the build", (_, href, message) => {
  expect(() => siteLink("docs/start.md", href)).toThrow(message);
});

test("headings have the anchors that GitHub gives them", () => {
  expect(anchorOf("1 KB, 256 connections")).toBe("1-kb-256-connections");
  expect(anchorOf("`waitUntil`")).toBe("waituntil");
  expect(anchorOf("It's ours")).toBe("its-ours");
});
