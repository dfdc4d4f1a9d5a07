import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A notification's JSON, as a plain object that tests may change. */
export interface NotificationBody {
  [property: string]: unknown;
}

/** A notification body of our own making, written after a documented or recorded one. */
export interface Fixture {
  /** What the body shows. */
  readonly title: string;
  /** Where its shape was seen. */
  readonly source: string;
  /** When that source was read, as `YYYY-MM-DD`. */
  readonly read: string;
  /** Names of the events that the body gives, in order, when nothing has been received before it. */
  readonly events: readonly string[];
  readonly body: NotificationBody;
}

/** The published package carries its own copy; in the workspace the files at the top level are the only ones. */
const folder = ["../fixtures/", "../../../fixtures/"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));

/** All fixtures, as `<field>/<case>`, sorted: `"messages/text"`, `"on-premises/voice-360dialog"`, … */
export function fixtureNames(): readonly string[] {
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

/**
 * One fixture, for example `loadFixture("messages/text")`; a fresh copy each time.
 * Throws for a name that does not exist, and then names those that come close.
 */
export function loadFixture(name: string): Fixture {
  // Looked up rather than opened: a name with `..` in it finds nothing.
  const all = fixtureNames();
  if (all.includes(name)) return JSON.parse(readFileSync(`${folder}${name}.json`, "utf8"));
  throw new Error(
    `there is no fixture ${JSON.stringify(name)}. Did you mean ${nearest(name, all).join(", ")}? ` +
      `fixtureNames() lists all ${all.length}.`,
  );
}

/** The three names that share most pairs of letters with the one asked for. */
function nearest(asked: string, names: readonly string[]): readonly string[] {
  const wanted = pairs(asked);
  const likeness = (name: string): number => {
    const found = pairs(name);
    return [...found].filter((pair) => wanted.has(pair)).length / (found.size + wanted.size);
  };
  return names
    .map((name) => ({ name, likeness: likeness(name) }))
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, 3)
    .map(({ name }) => name);
}

function pairs(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.toLowerCase(), (letter, i) => letter + (text[i + 1] ?? "")));
}
