import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isJson, type Json } from "./json.ts";

/** The published package carries its own copy; in the workspace the files at the top level are the only ones. */
const folder = ["../fixtures/", "../../../fixtures/"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));

/** The names of all bodies that {@link Emulator.notify} knows, as `<field>/<case>`. */
export function notificationNames(): readonly string[] {
  if (names !== undefined) return names;
  if (folder === undefined) throw new Error("the fixtures are missing: install the package again.");
  names = readdirSync(folder, { withFileTypes: true })
    .filter((field) => field.isDirectory())
    .flatMap((field) =>
      readdirSync(`${folder}${field.name}`)
        .filter((file) => file.endsWith(".json"))
        .map((file) => `${field.name}/${file.slice(0, -".json".length)}`),
    )
    .sort();
  return names;
}

let names: readonly string[] | undefined;

/** A body, and the names of the events that are in it, in order. */
export interface Fixture {
  readonly title: string;
  readonly events: readonly string[];
  readonly body: Json;
}

/** The body of a fixture. Throws for a name that does not exist. */
export function fixtureBody(name: string): Json {
  return fixtureOf(name).body;
}

/** A fixture, freshly read. Throws for a name that does not exist. */
export function fixtureOf(name: string): Fixture {
  // Looked up rather than opened: a name with `..` in it finds nothing.
  if (!notificationNames().includes(name))
    throw new TypeError(
      `there is no fixture ${JSON.stringify(name)}; notificationNames() lists them.`,
    );
  const { title, events, body }: { title: string; events: readonly string[]; body: unknown } =
    JSON.parse(readFileSync(`${folder}${name}.json`, "utf8"));
  if (!isJson(body)) throw new TypeError(`the fixture ${name} has no body.`);
  return { title, events, body };
}
