import { expect, test, vi } from "vitest";
import { runScript } from "./support/run-script.ts";

vi.setConfig({ testTimeout: 60_000 });
const script = "runtimes/main.ts";

test("`--help` tells which run-times and projects there are", async () => {
  const { code, printed } = await runScript(script, "--help");
  expect(printed).toMatch(/^usage: npm run test:runtimes /);
  expect(printed).toMatch(/\brun-times: node-20\.19\.0, .*\bworkerd-/);
  expect(printed).toMatch(/--projects: .*\bcore\b.*\bsqlite\b.*\bexamples\b/);
  expect(code).toBe(0);
});

test.each([
  ["node-18", "there is no run-time node-18"],
  ["--projects=core,sqlight", 'there is no project "sqlight"'],
  ["--fast", "Unknown option '--fast'"],
])(
  "a mistake in the call is told, with the usage, and nothing is run: %s",
  async (arg, message) => {
    const { code, printed, complaints } = await runScript(script, arg);
    expect(complaints).toContain(message);
    expect(complaints).toContain("usage: npm run test:runtimes ");
    expect(printed).toBe("");
    expect(code).toBe(2);
  },
);
