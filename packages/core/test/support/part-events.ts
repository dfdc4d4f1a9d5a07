import { expect } from "vitest";
import { mostItemsIn } from "../../src/density.ts";
import { type AnyEvent, type InboxRecord, parse, type RecordPart } from "../../src/index.ts";

export const [ANN, BOB] = ["12125550101", "12125550102"];

/** A Cloud API body with these lists in one change. */
export const value = (contents: object) => ({
  object: "whatsapp_business_account",
  entry: [
    {
      id: "800000000000001",
      time: 1790000000,
      changes: [
        {
          field: "messages",
          value: {
            messaging_product: "whatsapp",
            metadata: { display_phone_number: "12125550199", phone_number_id: "700000000000001" },
            ...contents,
          },
        },
      ],
    },
  ],
});

/** A tenant's, or of a business number that the body does not say. */
export const authOf = (api: "cloud" | "on-premises"): InboxRecord["auth"] =>
  api === "cloud"
    ? { kind: "signature", tenant: "a/b" }
    : { kind: "on-premises", account: { displayPhoneNumber: "12125550199" } };

/** The events of a record, or of one of its parts, as whoever handles it reads them. Throws a WebhookError. */
export function eventsOf(
  { auth, receivedAt }: InboxRecord,
  { body, keys }: Pick<RecordPart, "body" | "keys">,
): AnyEvent[] {
  const { account, tenant } = auth;
  return [
    ...parse(body, {
      source: auth.kind === "signature" ? "cloud" : "on-premises",
      receivedAt,
      keys,
      mostItems: mostItemsIn(body.byteLength),
      ...(account === undefined ? {} : { account }),
      ...(tenant === undefined ? {} : { tenant }),
    }),
  ];
}

const sorted = (events: readonly unknown[]): string[] =>
  events.map((event) => JSON.stringify(event)).sort();

export function expectSameEvents(whole: InboxRecord, parts: readonly RecordPart[]): void {
  const before = eventsOf(whole, whole);
  const after = parts.map((part) => eventsOf(whole, part));
  expect(sorted(after.flat())).toEqual(sorted(before));
  // What nests its lists deeper (history) is not cut: other conversations may be in such a part, too.
  const keysOf = (events: readonly AnyEvent[]): string[] =>
    events.filter(({ name }) => name !== "contact").map(({ key }) => key);
  for (const events of after) {
    const mine = new Set(keysOf(events));
    expect(keysOf(events)).toEqual(keysOf(before).filter((key) => mine.has(key)));
  }
}
