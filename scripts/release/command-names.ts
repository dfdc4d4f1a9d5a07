import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageNames } from "../package-names.ts";
import { root } from "./pending.ts";

interface Manifest {
  readonly repository: { readonly url: string };
  readonly bin?: Readonly<Record<string, string>>;
}

/** What npm said when it was asked for a property of a package; `code` is npm's, such as `E404`. */
type Answer = { readonly value: unknown } | { readonly code: string };

/**
 * What keeps a release back of the names of our commands: outside of a project `npx` fetches by them, so on npm each must be a
 * package that names this repository. Asks the registry that npm is set to. Resolves to a sentence for each that is not.
 */
export async function commandNameFaults(): Promise<readonly string[]> {
  const manifests = packageNames.map(
    (name): Manifest =>
      JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")),
  );
  const [url] = manifests.map(({ repository }) => repository.url);
  const names = [...new Set(manifests.flatMap(({ bin = {} }) => Object.keys(bin)))];
  const faults = await Promise.all(names.map(async (name) => faultOf(name, url, await ask(name))));
  return faults.flat();
}

function faultOf(name: string, url: string | undefined, answer: Answer): readonly string[] {
  if ("value" in answer)
    return answer.value === url
      ? []
      : [`the package ${name} on npm does not name ${url} as its repository: see whose it is`];
  if (answer.code === "E404")
    return [
      `npm has no package ${name}, and anybody may take the name: publish it as "Releasing" says`,
    ];
  return [
    `npm does not say whose the package ${name} is (${answer.code}): try again when it answers`,
  ];
}

function ask(name: string): Promise<Answer> {
  const args = ["view", name, "repository.url", "--json", "--fetch-retries=1"];
  return new Promise((resolve) => {
    execFile("npm", args, (error, stdout) => {
      const said = parsed(stdout);
      if (error === null) resolve({ value: said });
      else resolve({ code: codeIn(said) ?? `npm view ended with ${error.code ?? error.signal}` });
    });
  });
}

/** A package without the property is answered with nothing at all. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function codeIn(said: unknown): string | undefined {
  const error = said instanceof Object && "error" in said ? said.error : undefined;
  const code = error instanceof Object && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
