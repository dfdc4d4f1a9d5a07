// Checking items against the tables, beside JSON.parse of the same text: `npm run bench:micro`.
import { bench, describe } from "vitest";
import { familyTable } from "../src/schema/table.ts";
import { allFixtures } from "./support/fixtures.ts";

interface Body {
  readonly entry: readonly {
    readonly changes: readonly { readonly value: Readonly<Record<string, readonly object[]>> }[];
  }[];
}

const KINDS = [
  "text-now",
  "image",
  "audio-voice",
  "location",
  "reaction",
  "interactive-button-reply",
  "document",
  "button",
];

function itemOf(name: string, list: string): object {
  const { body } = allFixtures().find((fixture) => fixture.name === `messages/${name}`) as {
    body: unknown;
  };
  return (body as Body).entry[0]?.changes[0]?.value[list]?.[0] ?? {};
}

const thousand = (name: (i: number) => string, list: string): readonly object[] =>
  Array.from({ length: 1_000 }, (_, i) => ({ ...itemOf(name(i), list), id: `wamid.${i}` }));

const cases = [
  ["1000 statuses", "status", thousand(() => "status-sent-now", "statuses")],
  [
    "1000 mixed messages",
    "message",
    thousand((i) => KINDS[i % KINDS.length] as string, "messages"),
  ],
] as const;

for (const [name, familyName, items] of cases) {
  const family = familyTable.get(familyName);
  const schemas = new Map(
    Object.entries(family?.kinds ?? {}).map(([kind, { shape }]) => [
      kind,
      family?.base.extend(shape),
    ]),
  );
  const text = JSON.stringify(items);

  describe(name, () => {
    bench("JSON.parse", () => {
      JSON.parse(text);
    });
    bench("the tables", () => {
      for (const item of items) {
        const schema = schemas.get(
          family?.kindOf?.(item as Readonly<Record<string, unknown>>) as string,
        );
        if (schema?.safeParse(item).success !== true) throw new Error("it fits");
      }
    });
  });
}
