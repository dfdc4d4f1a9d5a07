// The pages are the repository's own markdown files, and link to each other and to code as files do. On the site a link to a page
// leads to the page, one to anything else to the repository.
import { existsSync, readFileSync, statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const repository = "https://github.com/whatsapp-webhooks/whatsapp-webhooks";

const OWN = new RegExp(`^${repository}/(?:blob|tree)/(?:main|HEAD)/(.+)$`);
const documents = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

/** Where a markdown file of the repository stands on the site; `undefined` when it is no page. */
export function pageOf(file: string): string | undefined {
  if (file === "site/index.md") return "index.md";
  if (file === "examples/README.md") return "examples.md";
  if (documents.includes(file)) return file.toLowerCase();
  const [, page] = /^(?:docs|site)\/((?:(?:decisions|api)\/)?[\w-]+\.md)$/.exec(file) ?? [];
  if (page !== undefined) return page.replace("README.md", "index.md");
  const [, name] = /^packages\/(\w+)\/README\.md$/.exec(file) ?? [];
  return name === undefined ? undefined : `packages/${name}.md`;
}

/**
 * Where a link of `file` (a path in the repository) leads on the site. Links to other sites stay.
 * Throws when the file or the heading that it names is not there.
 */
export function siteLink(file: string, href: string): string {
  // What npm shows of a package names files of the repository by their address there.
  const [, own] = OWN.exec(href) ?? [];
  if (own !== undefined) return siteLink("README.md", own);
  if (/^(?:[a-z]+:|\/)/.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const target = path === "" ? file : posix.join(posix.dirname(file), path).replace(/\/$/, "");
  const place = resolve(root, target);
  if (target.startsWith("..") || !existsSync(place))
    throw new Error(`${file} links to ${href}, and there is no such file.`);
  if (anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor))
    throw new Error(`${file} links to ${href}, and ${target} has no such heading.`);
  if (path === "") return href;
  const after = anchor === undefined ? "" : `#${anchor}`;
  const page = pageOf(target);
  if (page !== undefined) return `/${page.replace(/(?:index)?\.md$/, "")}${after}`;
  return `${repository}/${statSync(place).isDirectory() ? "tree" : "blob"}/HEAD/${target}${after}`;
}

/** What GitHub makes of a heading, so that one link serves both. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");
}

function anchorsOf(file: string): ReadonlySet<string> {
  const text = readFileSync(resolve(root, file), "utf8").replace(/^```[\s\S]*?^```/gm, "");
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id));
  for (const [, heading = ""] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = anchorOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
    let unique = anchor;
    for (let i = 1; anchors.has(unique); i++) unique = `${anchor}-${i}`;
    anchors.add(unique);
  }
  return anchors;
}
