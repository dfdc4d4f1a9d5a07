import { runDemo } from "./run-demo.ts";

const frameworks = ["express", "koa", "fastify", "node", "hono", "nestjs"];
const [framework = "express"] = process.argv.slice(2);

/** At a terminal one wants to go on by hand; a script wants an exit code. */
const isStaying = process.stdout.isTTY === true && !process.env.CI;

if (frameworks.includes(framework)) {
  const server = new URL(`../${framework}/server.ts`, import.meta.url);
  process.exitCode = await runDemo(framework, server, isStaying);
} else {
  console.error(`There is no sample app for "${framework}", only for ${frameworks.join(", ")}.`);
  process.exitCode = 1;
}
