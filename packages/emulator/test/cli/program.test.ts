import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { cleanEnv, command, runCli } from "./support/run-cli.ts";

const ESCAPE = "\u001b";
const ABSENT = "http://127.0.0.1:1/";

test("without arguments it explains itself, and says its version", async () => {
  const help = await runCli([]);
  expect(help.code).toBe(0);
  expect(help.stderr).toBe("");
  for (const name of ["emulate", "trigger", "doctor", "replay", "subscribe", "settings"])
    expect(help.stdout).toContain(`  ${name} `);
  expect(help.stdout).toContain("Exit codes");
  expect(help.stdout).not.toContain(ESCAPE);
  expect((await runCli(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("a mistake in the call is one line on stderr and code 2", async () => {
  const calls: readonly (readonly [args: readonly string[], line: string])[] = [
    [["triger"], "unknown command 'triger' (Did you mean trigger?)"],
    [["settings"], "name a command of it: see --help."],
    [["trigger", "--lsit"], "unknown option '--lsit' (Did you mean --list?)"],
    [["trigger"], "name an event, such as message.text"],
    [["trigger", "mesage.text"], "did you mean message.text?"],
    [["trigger", "message.text", "--secret", "x"], "say where the receiver is: --to <url>"],
    [["trigger", "message.text", "--to", "http://127.0.0.1:1/"], "set WHATSAPP_APP_SECRET"],
    [["trigger", "message.text", "--to", "nowhere"], "It is a URL such as"],
    [["trigger", "message.text", "--set", "text.body.x=1"], "there is nothing below it"],
    [["trigger", "message.text", "--batch", "0"], "a whole number from 1 to 1000"],
    [["trigger", "message.text", "--timeout", "30d"], "It is from 1ms to 1d"],
    [
      ["trigger", "message.text", "--on-premises", "--to", ABSENT, "--authorization", "Basic a\nb"],
      "the Authorization header cannot hold this",
    ],
    [["trigger", "history.unknown"], "where an item stands tells its kind"],
    [["doctor"], "missing required argument 'url'"],
    [["doctor", "http://127.0.0.1:1/"], "there is no app secret"],
    [["doctor", "http://127.0.0.1:1/", "--secret", ""], "--secret is empty"],
    [["replay", "/nowhere/bodies.json"], "there is no file /nowhere/bodies.json"],
    [["emulate", "--weather", "nice"], '"calm", "bad"'],
    [["emulate", "--port", "70000"], "a whole number from 0 to 65535"],
    [["subscribe", "--to", "https://example.com/"], "say which app"],
    [["settings", "get"], "say where the client is"],
    [["settings", "reset", "--url", "http://127.0.0.1:1"], "'--yes' not specified"],
  ];
  const results = await Promise.all(calls.map(([args]) => runCli(args)));
  for (const [i, { code, stdout, stderr }] of results.entries()) {
    const [args, line] = calls[i] ?? [[], ""];
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
    expect(stderr).toContain(line);
    expect(stderr).toMatch(/^whatsapp-webhooks: [^\n]+\n$/);
    expect(stderr).not.toContain(ESCAPE);
  }
});

const hasScript = spawnSync("script", ["--version"]).status === 0;

test.skipIf(!hasScript)("colours at a terminal, and none with NO_COLOR (needs `script`)", () => {
  const at = (env: Record<string, string>): string =>
    spawnSync(
      "script",
      ["-qec", [...command, "trigger", "--list", "status.read"].join(" "), "/dev/null"],
      { env: cleanEnv({ TERM: "xterm-256color", ...env }), encoding: "utf8" },
    ).stdout;
  expect(at({})).toContain(ESCAPE);
  expect(at({ NO_COLOR: "1" })).not.toContain(`${ESCAPE}[2m`);
});

test("colours in a pipe only when they are forced", async () => {
  const args = ["trigger", "--list", "status.read"];
  expect((await runCli(args, { env: { FORCE_COLOR: "1" } })).stdout).toContain(ESCAPE);
  expect((await runCli(args, { env: { CI: "true" } })).stdout).not.toContain(ESCAPE);
});

test("a reader that has seen enough is no failure", () => {
  const line = [...command, "trigger", "--list", "--bodies", "|", "head", "-1"].join(" ");
  const { status, stderr, stdout } = spawnSync("bash", ["-c", `set -o pipefail; ${line}`], {
    env: cleanEnv(),
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout.split("\n")).toHaveLength(2);
});
