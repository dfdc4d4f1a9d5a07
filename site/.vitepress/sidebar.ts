// What is on the left of every page. A test compares it with the files: each page stands in it once.
import { readdirSync, readFileSync } from "node:fs";
import type { DefaultTheme } from "vitepress";
import { entries } from "../entries.ts";
import { root } from "./repository-links.ts";

export const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: "Start",
    items: [
      { text: "The first ten minutes", link: "/start" },
      { text: "Express", link: "/packages/express" },
      { text: "Koa", link: "/packages/koa" },
      { text: "Fastify", link: "/packages/fastify" },
      { text: "Hono, NestJS, Next.js, Lambda …", link: "/examples" },
    ],
  },
  {
    text: "Guides",
    items: [
      { text: "Concepts", link: "/concepts" },
      { text: "Recipes", link: "/recipes" },
      { text: "Testing", link: "/testing" },
      { text: "Serverless", link: "/serverless" },
      { text: "On-Premises to Cloud", link: "/on-premises-to-cloud" },
      { text: "Troubleshooting", link: "/troubleshooting" },
      { text: "Comparison", link: "/comparison" },
    ],
  },
  {
    text: "Operating",
    items: [
      { text: "Reliability", link: "/reliability" },
      { text: "Many machines", link: "/many-machines" },
      { text: "Observability", link: "/observability" },
      { text: "Performance", link: "/performance" },
      { text: "Security", link: "/security" },
    ],
  },
  {
    text: "Reference",
    items: [
      { text: "Events", link: "/events" },
      { text: "Errors", link: "/errors" },
      { text: "Settings", link: "/settings" },
      { text: "Versions", link: "/versions" },
      { text: "Command line", link: "/command-line" },
      { text: "The emulator's page", link: "/emulator" },
      {
        text: "API",
        link: "/api/",
        collapsed: true,
        items: entries(root).map(({ name, page }) => ({ text: name, link: `/api/${page}` })),
      },
      {
        text: "Packages",
        collapsed: true,
        items: [
          { text: "core", link: "/packages/core" },
          { text: "sqlite", link: "/packages/sqlite" },
          { text: "bullmq", link: "/packages/bullmq" },
          { text: "settings", link: "/packages/settings" },
          { text: "testing", link: "/packages/testing" },
          { text: "emulator", link: "/packages/emulator" },
        ],
      },
    ],
  },
  {
    text: "Contributing",
    items: [
      { text: "How to", link: "/contributing" },
      { text: "Architecture", link: "/architecture" },
      { text: "Decisions", link: "/decisions/", collapsed: true, items: decisions() },
      { text: "Changelog", link: "/changelog" },
    ],
  },
];

/** By their headings, in the order of their numbers. */
function decisions(): DefaultTheme.SidebarItem[] {
  const folder = `${root}docs/decisions`;
  return readdirSync(folder)
    .filter((file) => /^\d.*\.md$/.test(file))
    .map((file) => {
      const [, text = file] = /^# (.*)$/m.exec(readFileSync(`${folder}/${file}`, "utf8")) ?? [];
      return { text, link: `/decisions/${file.replace(/\.md$/, "")}` };
    });
}
