import fc from "fast-check";
import { expect, test } from "vitest";
import { isTooDeep } from "../src/density.ts";
import { type AnyEvent, cutRecord, type InboxRecord, parse } from "../src/index.ts";
import { allFixtures } from "./support/fixtures.ts";
import { FUZZ_TIMEOUT_MS, runs } from "./support/fuzz.ts";
import { MUTATIONS, mutate } from "./support/mutations.ts";
import { record } from "./support/notifications.ts";

type Body = Record<string, unknown>;

const bodies = allFixtures();
/** Answers to the contacts call stand where profiles do, and never come with messages. */
const isAnswer = ({ body }: { readonly body: unknown }): boolean =>
  JSON.stringify(body).includes('"input":');
const of = (api: "cloud" | "on-premises"): Body[] =>
  bodies.filter((each) => each.api === api && !isAnswer(each)).map(({ body }) => body as Body);

function eventsOf({ auth, receivedAt }: InboxRecord, body: Uint8Array): AnyEvent[] {
  const { account, tenant } = auth;
  return [
    ...parse(body, {
      source: auth.kind === "signature" ? "cloud" : "on-premises",
      receivedAt,
      ...(account === undefined ? {} : { account }),
      ...(tenant === undefined ? {} : { tenant }),
    }),
  ];
}

/** Profiles come with every part whose items need them, and count as what came with it. */
const isProfile = ({ name }: AnyEvent): boolean => name === "contact";

/** What happened, whoever it is told of. */
const nameOf = (event: AnyEvent): string => `${event.name} ${identityOf(event)}`;

/** What an event says. A repetition is told by what it repeats. */
function allOf(event: AnyEvent): string {
  const { key, ...rest } = event;
  if (isProfile(event)) return JSON.stringify(rest);
  return JSON.stringify(event.name === "duplicate" ? { ...rest, of: event.data.of } : event);
}

/** Without the number of what comes again and has no id. */
const identityOf = (event: AnyEvent): string =>
  (event.name === "duplicate" ? event.data.of : event.key).replace(/:\d{1,2}$/, "");

/** What has one identity in two conversations, which no sound body has: the processor drops the second, if it knows of the first. */
function isElsewhere(events: readonly AnyEvent[]): (event: AnyEvent) => boolean {
  const places = new Map<string, Set<string>>();
  for (const event of events) {
    const mine = places.get(identityOf(event)) ?? new Set();
    places.set(identityOf(event), mine.add(event.conversation));
  }
  return (event) => (places.get(identityOf(event))?.size ?? 0) > 1;
}

function expectSameEvents(whole: InboxRecord, wordsOf: (event: AnyEvent) => string): void {
  let before: readonly AnyEvent[];
  const parts = cutRecord(whole);
  try {
    before = eventsOf(whole, whole.body);
  } catch {
    expect(parts).toEqual([{ conversation: undefined, body: whole.body }]);
    return;
  }
  const after = parts.flatMap(({ body }) => eventsOf(whole, body));
  const isLeftOut = isElsewhere(before);
  const isItem = (event: AnyEvent): boolean => !isProfile(event) && !isLeftOut(event);
  const others = (events: readonly AnyEvent[]): string[] =>
    events.filter(isItem).map(wordsOf).sort();
  expect(others(after)).toEqual(others(before));
  if (wordsOf === nameOf) return;
  const profiles = (events: readonly AnyEvent[]): Set<string> =>
    new Set(events.filter(isProfile).map(wordsOf));
  expect(profiles(after)).toEqual(profiles(before));
  // Nothing is handled out of order within a conversation.
  for (const conversation of new Set(before.map((event) => event.conversation))) {
    const mine = (events: readonly AnyEvent[]): string[] =>
      events.filter((event) => event.conversation === conversation && isItem(event)).map(wordsOf);
    expect(mine(after)).toEqual(mine(before));
  }
}

const ANN = "12125550101";
/** A fixture's items with other people, so that bodies have several conversations. */
const someone = fc.constantFrom(ANN, "12125550102", "12125550103");
const mixed = (all: readonly Body[], mostMutations = 0): fc.Arbitrary<readonly Body[]> =>
  fc.array(
    fc
      .tuple(
        fc.constantFrom(...all),
        someone,
        fc.array(
          fc.record({ at: fc.nat(), how: fc.constantFrom(...MUTATIONS), variant: fc.nat(20) }),
          { maxLength: mostMutations },
        ),
      )
      .map(([body, person, mutations]) => {
        const mine = JSON.parse(JSON.stringify(body).replaceAll(ANN, person)) as Body;
        for (const mutation of mutations) mutate(mine, mutation);
        return mine;
      }),
    { minLength: 1, maxLength: 6 },
  );
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The lists of all values of one field, in one. */
function joined(values: readonly Body[]): Body {
  const all: Record<string, unknown> = {};
  for (const value of values) {
    for (const [key, list] of Object.entries(value))
      all[key] = Array.isArray(list) && Array.isArray(all[key]) ? [...all[key], ...list] : list;
  }
  return all;
}
function isBody(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function messagesOf(body: Body): Body[] {
  return listOf(body.entry)
    .filter(isBody)
    .flatMap((entry) => listOf(entry.changes))
    .filter(isBody)
    .filter(({ field }) => field === "messages")
    .map(({ value }) => value)
    .filter(isBody);
}

const tenant = fc.constantFrom({}, { tenant: "a/b" });

/** What is nested deeper than is allowed, or than JSON is written (Node.js 26 knows no limit), is left to other tests. */
function written(body: unknown): string | undefined {
  try {
    const json = JSON.stringify(body);
    return isTooDeep(json) ? undefined : json;
  } catch {
    return undefined;
  }
}

test(
  "any mixture of entries, broken ones too: nothing is lost, nothing comes twice",
  () => {
    fc.assert(
      fc.property(mixed(of("cloud"), 2), tenant, (mixture, auth) => {
        const entry = mixture.flatMap((body) => listOf(body.entry));
        const body = written({ object: "whatsapp_business_account", entry });
        if (body !== undefined)
          expectSameEvents(record(body, { kind: "signature", ...auth }), nameOf);
      }),
      runs(300),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "any mixture of items in one value",
  () => {
    fc.assert(
      fc.property(mixed(of("cloud")), tenant, (mixture, auth) => {
        const value = joined(mixture.flatMap(messagesOf));
        const changes = [{ field: "messages", value }];
        const entry = [{ id: "800000000000001", time: 1790000000, changes }];
        const body = written({ object: "whatsapp_business_account", entry });
        if (body !== undefined)
          expectSameEvents(record(body, { kind: "signature", ...auth }), allOf);
      }),
      runs(300),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "any mixture of On-Premises items",
  () => {
    fc.assert(
      fc.property(mixed(of("on-premises")), tenant, (mixture, auth) => {
        const body = written(joined(mixture));
        const account = { displayPhoneNumber: "12125550199" };
        if (body !== undefined)
          expectSameEvents(record(body, { kind: "on-premises", account, ...auth }), allOf);
      }),
      runs(300),
    );
  },
  FUZZ_TIMEOUT_MS,
);
