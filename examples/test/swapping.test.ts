import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** All that may differ between the frameworks: the import, and the lines that make, mount, open and close the app. */
const ownLines = {
  express: `
import { whatsappWebhooks } from "@whatsapp-webhooks/express";
import express from "express";
const app = express();
app.use(whatsappWebhooks(webhooks));
app.use(express.json());
app.get("/health/:probe", async (req, res) => {
  const { status, body } = await probe(webhooks, req.params.probe);
  res.status(status).json(body);
app.get("/", (_req, res) => {
  res.send("The rest of your app.");
const server = app.listen({ port });
run(server, async () => {
  server.close();
app.listen(3000);`,
  koa: `
import { whatsappWebhooks } from "@whatsapp-webhooks/koa";
import Koa from "koa";
const app = new Koa();
app.use(whatsappWebhooks(webhooks));
app.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/health/")) return next();
  Object.assign(ctx, await probe(webhooks, ctx.path.slice("/health/".length)));
app.use((ctx) => {
  ctx.body = "The rest of your app.";
const server = app.listen({ port });
run(server, async () => {
  server.close();
app.listen(3000);`,
  fastify: `
import { whatsappWebhooks } from "@whatsapp-webhooks/fastify";
import Fastify from "fastify";
const app = Fastify();
app.register(whatsappWebhooks(webhooks));
app.get<{ Params: { probe: string } }>("/health/:probe", async (req, reply) => {
  const { status, body } = await probe(webhooks, req.params.probe);
  return reply.code(status).send(body);
app.get("/", async () => "The rest of your app.");
await app.listen({ port, host: "0.0.0.0" }); // By itself Fastify listens on localhost alone.
run(app.server, async () => {
  await app.close();
await app.listen({ port: 3000 });`,
};

const frameworks = ["express", "koa", "fastify"] as const;

function linesOf(framework: string, file: string): string[] {
  const url = new URL(`../${framework}/${file}`, import.meta.url);
  return readFileSync(url, "utf8").trimEnd().split("\n");
}

/** What a file shares with those of the other frameworks. Lines without a word say nothing. */
function shared(framework: keyof typeof ownLines, file: string): string[] {
  const own = ownLines[framework].split("\n");
  return linesOf(framework, file).filter((line) => /\w/.test(line) && !own.includes(line));
}

test.each([
  ["server.ts", 24, 4],
  ["ten-lines.ts", 10, 4],
])("%s: without the framework's own lines, all three are the same", (file, most, fewest) => {
  for (const framework of frameworks)
    expect(linesOf(framework, file).length).toBeLessThanOrEqual(most);
  expect(shared("express", file).length).toBeGreaterThanOrEqual(fewest);
  expect(shared("koa", file)).toEqual(shared("express", file));
  expect(shared("fastify", file)).toEqual(shared("express", file));
});

test.each(frameworks)("%s: every line that may differ is there", (framework) => {
  const lines = [...linesOf(framework, "server.ts"), ...linesOf(framework, "ten-lines.ts")];
  expect(lines).toEqual(expect.arrayContaining(ownLines[framework].trimStart().split("\n")));
});

test.each([
  "express/server.ts",
  "koa/server.ts",
  "fastify/server.ts",
  "node/server.ts",
  "hono/server.ts",
  "hapi/server.ts",
  "nestjs/server.ts",
  "nextjs/app/webhooks/whatsapp/route.ts",
  "lambda/handler.ts",
  "workers/worker.ts",
  "serverless/function.ts",
  "bullmq/worker.ts",
])("%s imports the same handlers", (file) => {
  const source = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
  // Or the webhooks that have them.
  const own = ["^import { addHandlers } ", "^ *addHandlers\\(webhooks\\);$"];
  const shared = ["^import { webhooks } "];
  const lines = source.includes("receiver/whatsapp.ts") ? shared : own;
  for (const line of lines) expect(source).toMatch(new RegExp(line, "m"));
  expect(source).toMatch(/^import .* from "(\.\.\/)+receiver\/(handlers|whatsapp)\.ts";$/m);
});

test("the webhooks that servers import have those handlers", () => {
  const source = readFileSync(new URL("../receiver/whatsapp.ts", import.meta.url), "utf8");
  expect(source).toContain("\naddHandlers(webhooks);\n");
});
