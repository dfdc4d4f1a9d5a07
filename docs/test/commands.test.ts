import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../packages/emulator/src/cli/program.ts";
import { choose } from "../../packages/emulator/src/cli/trigger/event-catalogue.ts";
import { documents, files } from "../../scripts/documents.ts";
import vitestConfig from "../../vitest.config.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
const tree = files(root);
const program = createProgram();
const commandNames = program.commands.map((command) => command.name()).join("|");
const inboxCommand = read("packages/core/src/inbox/inbox-command.ts");

/** The words of a call, up to a comment, a pipe or the end of what is quoted. */
const wordsOf = (call: string): string[] =>
  call
    .split(/\s#|\s\||[…<]/)[0]
    ?.trim()
    .split(/\s+/) ?? [];

const optionsIn = (words: readonly string[]): string[] =>
  words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0] as string);

/** What is wrong with a call of `whatsapp-webhooks`. */
function faultsOf(call: string): string[] {
  const words = wordsOf(call);
  let command: Command = program;
  for (const word of words) {
    if (word.startsWith("-") || command.commands.length === 0) break;
    const below = command.commands.find((one) => one.name() === word);
    if (below === undefined) return [`no command ${word}`];
    command = below;
  }
  const [first = ""] = words;
  // Of a command with commands below, the one that is meant unless another is named.
  const known = [command, ...command.commands].flatMap(({ options }) =>
    options.map(({ long }) => long),
  );
  const faults = optionsIn(words).filter(
    (option) => !["--help", "--version", ...known].includes(option),
  );
  const [, event] = words;
  if (first === "trigger" && event !== undefined && /^[a-z]\w*[./]/.test(event)) {
    try {
      choose(event, words.includes("--on-premises"));
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  return faults;
}

function faultsOfInbox(call: string): string[] {
  const [, work = "", ...words] = wordsOf(call);
  const isKnown = inboxCommand.includes(`<inbox> ${work}`);
  return [
    ...(isKnown ? [] : [`no work ${work}`]),
    ...optionsIn(words).filter((option) => !inboxCommand.includes(`  ${option} `)),
  ];
}

/** Options behind `npm run x --` that the script's own folder does not know. */
function faultsOfScript(name: string, call: string): string[] {
  const script = scripts[name];
  if (script === undefined) return [`there is no script ${name}`];
  const file = /(?:^|\s)((?:\w+\/)+\w+\.ts)/.exec(script)?.[1];
  // Somebody else's program.
  if (file === undefined) return [];
  const source = read(file);
  return optionsIn(wordsOf(call)).filter(
    (option) => option !== "--help" && !new RegExp(`["\\s]?${option.slice(2)}"?: \\{`).test(source),
  );
}

/** What `npm install` may name: our packages, and what a manifest of ours depends on. */
const packages = new Set(
  tree
    .filter((file) => /(?:^|\/)package\.json$/.test(file))
    .flatMap((file) => {
      const manifest = JSON.parse(read(file)) as Record<string, string | object>;
      const lists = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
      return [String(manifest.name), ...lists.flatMap((list) => Object.keys(manifest[list] ?? {}))];
    }),
);

/** The packages of an `npm install` that nothing here knows. */
const faultsOfInstall = (call: string): string[] =>
  wordsOf(call).filter((word) => word !== "" && !word.startsWith("-") && !packages.has(word));

/** The file that `npx tsx` runs, if no example ends in its path: every program of a page is one. */
const faultsOfRun = (file: string): string[] =>
  tree.some((one) => one.startsWith("examples/") && one.endsWith(`/${file}`)) ? [] : [file];

const projects = (vitestConfig.test?.projects ?? []).flatMap((project) =>
  typeof project === "object" && "test" in project ? (project.test?.name ?? []) : [],
);
const faultsOfProject = (name: string): string[] => (projects.includes(name) ? [] : [name]);

describe.each(documents(root))("%s", (document) => {
  const text = read(document);

  test("every call of `whatsapp-webhooks` is one that it takes", () => {
    const calls = [
      ...text.matchAll(/(?:(?:npx |\$ |`)whatsapp-webhooks|npm run cli --) ([^`\n]+)/g),
      ...text.matchAll(new RegExp(`\`((?:${commandNames}) [^\`\\n]+)\``, "g")),
    ].map(([, call = ""]) => call);
    expect(calls.flatMap((call) => faultsOf(call).map((fault) => `${call}: ${fault}`))).toEqual([]);
  });

  test("every call of `whatsapp-webhooks-inbox` is one that it takes", () => {
    const calls = [...text.matchAll(/whatsapp-webhooks-inbox ([^`\n]+)/g)].map(
      ([, call = ""]) => call,
    );
    expect(calls.flatMap((call) => faultsOfInbox(call).map((f) => `${call}: ${f}`))).toEqual([]);
  });

  test("every option behind `npm run` is one that the script takes", () => {
    const calls = [...text.matchAll(/npm run (?!cli )([\w:]+) -- ([^`\n]+)/g)];
    const faults = calls.flatMap(([call, name = "", rest = ""]) =>
      faultsOfScript(name, rest).map((fault) => `${call}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  test.each([
    [
      "package that it installs is one that we know",
      /npm (?:install|i)\b([^`\n]*)/g,
      faultsOfInstall,
    ],
    ["file that `npx tsx` runs is an example", /npx tsx ([^`\s]+)/g, faultsOfRun],
    ["project of `--project` is one of vitest's", /--project[ =]([\w-]+)/g, faultsOfProject],
  ])("every %s", (_what, pattern, faultsOfOne) => {
    expect([...text.matchAll(pattern)].flatMap(([, call = ""]) => faultsOfOne(call))).toEqual([]);
  });
});

test("every option that docs/command-line.md names is one of the program's", () => {
  const all = (command: Command): string[] => [
    ...command.options.flatMap(({ long }) => long ?? []),
    ...command.commands.flatMap(all),
  ];
  const known = new Set(["--help", ...all(program)]);
  const text = read("docs/command-line.md").replace(/npm install .*/g, "");
  const named = [...text.matchAll(/(?<=[`\s])--[a-z][a-z-]*/g)].map(([option]) => option);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((option) => !known.has(option))).toEqual([]);
});

describe("a call is faulty", () => {
  test.each([
    ["with another command", "examine http://localhost:3000/", "no command examine"],
    ["with another command below one", "subscribe lsit", "no command lsit"],
    ["with another option", "trigger message.text --twice", "--twice"],
    ["with an option of another command", "replay a.json --duplicate", "--duplicate"],
    ["with an event that there is none of", "trigger message.txt", "message.txt"],
  ])("%s", (_what, call, fault) => {
    expect(faultsOf(call)).toEqual([expect.stringContaining(fault)]);
  });

  test("with another work, or option, of the inbox", () => {
    expect(faultsOfInbox("inbox.db repeat --all")).toEqual(["no work repeat"]);
    expect(faultsOfInbox("inbox.db list --bodies")).toEqual(["--bodies"]);
  });

  test("with a package, an example or a project that there is not", () => {
    expect(faultsOfInstall("-D hono @hono/nodeserver  # or koa")).toEqual(["@hono/nodeserver"]);
    expect(faultsOfRun("tenant-app.ts")).toEqual(["tenant-app.ts"]);
    expect(faultsOfProject("sqlit")).toEqual(["sqlit"]);
  });

  test("with an option that the script does not know", () => {
    expect(faultsOfScript("bench", "--only http --quickly")).toEqual(["--quickly"]);
    expect(faultsOfScript("nothing", "--all")).toEqual(["there is no script nothing"]);
  });
});

test("docs/architecture.md names every package, and every folder that has code", () => {
  const text = read("docs/architecture.md");
  const { references } = JSON.parse(read("tsconfig.build.json")) as {
    references: readonly { path: string }[];
  };
  const folders = [...references.map(({ path }) => path), "benchmarks", "site", "scripts"];
  expect(folders.filter((folder) => !text.includes(folder))).toEqual([]);
});
