// The site: the repository's markdown files as they are, with a sidebar and a search. Nothing is fetched from elsewhere, neither by
// the build nor by a reader's browser.
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type MarkdownOptions } from "vitepress";
import { anchorOf, pageOf, repository, root, siteLink } from "./repository-links.ts";
import { sidebar } from "./sidebar.ts";

type Markdown = Parameters<NonNullable<MarkdownOptions["config"]>>[0];

/** Where the site does not have a host of its own: SITE_BASE=/whatsapp-webhooks/ */
const base = process.env.SITE_BASE ?? "/";

export default defineConfig({
  title: "whatsapp-webhooks",
  description: "Receive WhatsApp Business notifications in the Node.js server you already have.",
  lang: "en",
  base,
  cleanUrls: true,
  outDir: fileURLToPath(new URL("../dist", import.meta.url)),
  srcDir: root,
  srcExclude: [
    "README.md",
    "packages/core/mutants.md",
    "examples/*/**",
    "**/{node_modules,dist,.runtimes}/**",
  ],
  rewrites: (file) => pageOf(file) ?? file,
  // What an entry exports, without the headings below it.
  transformPageData: ({ relativePath }) =>
    relativePath.startsWith("api/") ? { frontmatter: { outline: 2, pageClass: "api" } } : undefined,
  markdown: { anchor: { slugify: anchorOf }, config: linksOfTheRepository },
  head: [["link", { rel: "icon", type: "image/svg+xml", href: `${base}logo.svg` }]],
  vite: { publicDir: fileURLToPath(new URL("../public", import.meta.url)) },
  themeConfig: {
    logo: "/logo.svg",
    search: { provider: "local" },
    sidebar,
    nav: [
      { text: "Start", link: "/start" },
      { text: "Recipes", link: "/recipes" },
      { text: "Events", link: "/events" },
      { text: "API", link: "/api/" },
      { text: "Troubleshooting", link: "/troubleshooting" },
    ],
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: repository }],
    footer: { message: "MIT License. Not affiliated with Meta or WhatsApp." },
  },
});

function linksOfTheRepository(markdown: Markdown): void {
  markdown.core.ruler.push("links of the repository", ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      // The search's index knows the file by its path alone.
      if (href !== null)
        token.attrSet("href", siteLink(relative(root, env.realPath ?? env.path), href));
    }
  });
}
