import { distance } from "fastest-levenshtein";
import { type Fixture, fixtureOf, notificationNames } from "../../fixtures.ts";
import { UsageError } from "../failure.ts";

/** An event, and the bodies that give it. */
export interface KnownEvent {
  readonly name: string;
  /** The best first: the plainest body that gives this event and nothing else. */
  readonly fixtures: readonly string[];
}

/** An event, and the body to make it of. */
export interface Chosen {
  readonly event: string;
  readonly fixture: string;
  readonly body: Fixture["body"];
}

const ON_PREMISES = "on-premises/";

/**
 * Every event there is, by what the fixtures say they give. Each family has an event for what does not fit, and one for
 * unknown kinds if it has kinds; where no body becomes one of these, it has no fixture. `stale` is an old event.
 */
export function knownEvents(): readonly KnownEvent[] {
  known ??= readEvents();
  return known;
}

let known: readonly KnownEvent[] | undefined;

function readEvents(): readonly KnownEvent[] {
  const eventsOf = new Map(notificationNames().map((name) => [name, fixtureOf(name).events]));
  const byName = new Map<string, string[]>();
  for (const [fixture, events] of eventsOf)
    for (const event of new Set(events)) byName.set(event, [...(byName.get(event) ?? []), fixture]);
  for (const name of [...byName.keys()]) {
    const [family = name, kind] = familyAndKind(name);
    if (["unknown", "duplicate"].includes(family)) continue;
    const others = kind === undefined ? ["invalid"] : ["unknown", "invalid"];
    for (const other of others)
      if (!byName.has(`${family}.${other}`) && kind !== "invalid")
        byName.set(`${family}.${other}`, []);
  }
  byName.set(STALE, byName.get("message.text") ?? []);
  return [...byName]
    .map(([name, fixtures]) => ({ name, fixtures: fixtures.toSorted(byPlainness(name, eventsOf)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** No body is stale by itself: an event is, once it is old enough. */
export const STALE = "stale";

export function familyAndKind(event: string): [family: string, kind: string | undefined] {
  const at = event.indexOf(".");
  return at < 0 ? [event, undefined] : [event.slice(0, at), event.slice(at + 1)];
}

/** Bodies of the Cloud API come first, then those with this event alone, then the shortest name. */
function byPlainness(
  event: string,
  eventsOf: ReadonlyMap<string, readonly string[]>,
): (a: string, b: string) => number {
  const rank = (fixture: string): number => {
    const others = (eventsOf.get(fixture) ?? []).filter(
      (name) => name !== event && name !== "contact",
    );
    const isOdd = fixture.startsWith(ON_PREMISES) || fixture.startsWith("envelope/");
    return (isOdd ? 10_000 : 0) + Math.min(others.length, 9) * 1000 + fixture.length;
  };
  return (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** Finds what to send for an event's name, or for a fixture's (`messages/text-referral-post`). */
export function choose(wanted: string, isOnPremises: boolean): Chosen {
  if (wanted.includes("/")) return chosenFixture(wanted, isOnPremises);
  const known = knownEvents();
  const event = known.find(({ name }) => name === wanted);
  if (event === undefined)
    throw new UsageError(
      `there is no event ${JSON.stringify(wanted)}${didYouMean(
        wanted,
        known.map(({ name }) => name),
      )} See trigger --list.`,
    );
  if (event.fixtures.length === 0)
    throw new UsageError(
      familyAndKind(wanted)[1] === "unknown"
        ? `no body becomes ${wanted}: where an item stands tells its kind, so none is unknown. See trigger --list.`
        : `no body becomes ${wanted}: everything in it is optional, so nothing fails to fit. See trigger --list.`,
    );
  const fixture = event.fixtures.find((name) => name.startsWith(ON_PREMISES) === isOnPremises);
  if (fixture === undefined)
    throw new UsageError(
      isOnPremises
        ? `the On-Premises API sends no ${wanted}. See trigger --list --on-premises.`
        : `only the On-Premises API sends ${wanted}: add --on-premises.`,
    );
  return { event: wanted, fixture, body: fixtureOf(fixture).body };
}

function chosenFixture(fixture: string, isOnPremises: boolean): Chosen {
  const names = notificationNames();
  if (!names.includes(fixture))
    throw new UsageError(
      `there is no body ${JSON.stringify(fixture)}${didYouMean(fixture, names)} See trigger --list --bodies.`,
    );
  const { events, body } = fixtureOf(fixture);
  // The name of a body of the On-Premises API says which one it is: the option may be left out.
  if (isOnPremises && "entry" in body)
    throw new UsageError(
      `${fixture} is a body of the Cloud API: leave --on-premises out. See trigger --list --bodies --on-premises.`,
    );
  const event = events.find((name) => name !== "contact") ?? events[0] ?? "unknown";
  return { event, fixture, body };
}

/** `: did you mean …?`, or a full stop. */
export function didYouMean(wanted: string, names: readonly string[]): string {
  const near = nearest(wanted, names);
  return near.length === 0 ? "." : `: did you mean ${near.join(" or ")}?`;
}

/** What somebody who wrote this may have meant: at most three. */
function nearest(wanted: string, names: readonly string[]): readonly string[] {
  const text = wanted.toLowerCase();
  const [, tail] = familyAndKind(text);
  const limit = Math.max(2, Math.floor(text.length / 3));
  const score = (name: string): number => {
    const [, kind] = familyAndKind(name);
    // Somebody who leaves the family out, or writes another one, may mean the kind.
    const hasKind = kind !== undefined && kind === (tail ?? text);
    return Math.min(distance(text, name), hasKind ? limit : Number.POSITIVE_INFINITY);
  };
  return names
    .map((name) => ({ name, score: score(name) }))
    .filter((each) => each.score <= limit)
    .sort((a, b) => a.score - b.score || byImportance(a.name, b.name))
    .filter((each, _, [best]) => each.score <= (best?.score ?? 0) + 1)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Messages and statuses are what most people mean. */
function byImportance(a: string, b: string): number {
  const rank = (name: string): number => (/^(message|status)\./.test(name) ? 0 : 1);
  return rank(a) - rank(b);
}
