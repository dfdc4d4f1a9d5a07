import { readdirSync, readFileSync } from "node:fs";
import { type AnyEvent, type ParseOptions, parse } from "../../src/index.ts";

export interface Fixture {
  /** Such as `messages/text`. */
  readonly name: string;
  readonly api: "cloud" | "on-premises";
  readonly title: string;
  readonly source: string;
  readonly read: string;
  readonly events: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

const root = new URL("../../../../fixtures/", import.meta.url);

/** Every fixture, freshly read, so that a test may change what it gets. */
export function allFixtures(): Fixture[] {
  return readdirSync(root)
    .sort()
    .flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, root))
        .sort()
        .map((file) => fixture(`${folder}/${file.replace(/\.json$/, "")}`)),
    );
}

/** One fixture by its name, such as `messages/text`. */
export function fixture(name: string): Fixture {
  const content = JSON.parse(readFileSync(new URL(`${name}.json`, root), "utf8"));
  return { name, api: name.startsWith("on-premises/") ? "on-premises" : "cloud", ...content };
}

/** The events of a fixture. */
export function eventsOf(name: string, options?: ParseOptions): AnyEvent[] {
  return [...parse(fixture(name).body, options)];
}

/** The one event of this name in a fixture. */
export function eventOf<N extends AnyEvent["name"]>(
  name: string,
  event: N,
): Extract<AnyEvent, { name: N }> {
  const found = eventsOf(name).filter((each) => each.name === event);
  if (found.length !== 1) throw new Error(`${name} has ${found.length} events "${event}"`);
  return found[0] as Extract<AnyEvent, { name: N }>;
}
