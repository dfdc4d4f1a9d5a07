import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AnyEvent, parse } from "../src/index.ts";
import { cloud } from "./support/bodies.ts";
import { allFixtures } from "./support/fixtures.ts";
import { FUZZ_TIMEOUT_MS, runs } from "./support/fuzz.ts";
import { itemsIn } from "./support/items-in.ts";
import { MUTATIONS, type Mutation, mutate } from "./support/mutations.ts";
import { itemEvents, soundEvents } from "./support/sound-events.ts";

const fixtures = allFixtures();
const countable = fixtures.filter(({ name }) => /^(messages|on-premises)\//.test(name));

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(10_000),
  how: fc.constantFrom(...MUTATIONS),
  variant: fc.nat(20),
});
const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });

const isContact = ({ name }: AnyEvent): boolean => name === "contact" || name === "contact.invalid";

describe("a body of which anything at all was changed", () => {
  test(
    "gives sound events or is refused for its envelope, whatever its field",
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...fixtures), mutations, ({ body }, all) => {
          const mutant = structuredClone(body);
          for (const each of all) mutate(mutant, each);
          soundEvents(mutant);
        }),
        runs(1_500),
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  test(
    "gives exactly one event for each of its items, in order, each with its item as it came",
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...countable), mutations, ({ body }, all) => {
          const mutant = structuredClone(body);
          for (const each of all) mutate(mutant, each);
          const events = itemEvents(mutant);
          const items = itemsIn(mutant);
          expect(events?.length).toBe(items?.length);
          for (const [i, event] of events?.entries() ?? [])
            if (event.raw !== items?.[i]) expect.fail(`event ${i} is of another item`);
        }),
        runs(1_500),
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  test(
    "gives the same events from bytes as from the value",
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...countable), mutation, ({ body }, each) => {
          fc.pre(!each.how.startsWith("depth"));
          const mutant = structuredClone(body);
          mutate(mutant, each);
          const json = JSON.stringify(mutant);
          const fromValue = soundEvents(JSON.parse(json));
          const fromBytes = soundEvents(Buffer.from(json));
          // A text that is no Unicode is escaped by JSON.stringify, so that nothing is lost on the way.
          expect(fromBytes).toEqual(fromValue);
        }),
        runs(500),
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});

describe("an item of which anything at all was changed", () => {
  const lists = { message: "messages", status: "statuses", platform_error: "errors" } as const;

  /** All items of all fixtures in one body, no two alike. */
  function everything(): { readonly body: object; readonly items: readonly object[] } {
    const value: Record<string, object[]> = { messages: [], statuses: [], errors: [] };
    const keys = new Set<string>();
    for (const { body } of fixtures.filter((each) => each.name.startsWith("messages/"))) {
      for (const event of parse(body)) {
        const list = lists[event.name.split(".")[0] as keyof typeof lists];
        if (list === undefined || keys.has(event.key)) continue;
        keys.add(event.key);
        value[list]?.push(structuredClone(event.raw) as object);
      }
    }
    return { body: cloud(value), items: Object.values(value).flat() };
  }

  const original = everything();
  const before = [...parse(original.body)];

  test("the body of all items is as large as it should be", () => {
    expect(original.items.length).toBeGreaterThan(100);
    expect(before.filter((event) => !isContact(event))).toHaveLength(original.items.length);
  });

  test(
    "costs its neighbours nothing: their names and data stay as they were",
    () => {
      fc.assert(
        fc.property(fc.nat(original.items.length - 1), mutations, (index, all) => {
          const { body, items } = everything();
          const odd = items[index] as object;
          for (const each of all) mutate(odd, each);
          const events = soundEvents(body) as AnyEvent[];
          const neighbours = events.filter(({ raw }) => raw !== odd);
          const then = before.filter(({ raw }) => raw !== original.items[index]);
          expect(neighbours.map(({ name }) => name)).toEqual(then.map(({ name }) => name));
          for (const [i, { data, name }] of neighbours.entries())
            if (!isDeepStrictEqual(data, then[i]?.data))
              expect.fail(`the data of a ${name} changed`);
          expect(events.filter((event) => event.raw === odd && !isContact(event))).toHaveLength(1);
        }),
        runs(60),
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});
