import fc from "fast-check";
import { expect, test } from "vitest";
import { fieldNames } from "../src/index.ts";
import { FUZZ_TIMEOUT_MS, runs } from "./support/fuzz.ts";
import { itemsIn } from "./support/items-in.ts";
import { itemEvents, soundEvents } from "./support/sound-events.ts";

/** Words that the code knows, so that arbitrary values get past the first look. */
const word = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "text",
      "image",
      "voice",
      "unknown",
      "system",
      "sent",
      "failed",
      "payment",
      "interactive",
      "group",
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "", "\ud800") },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
);
const key = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      "id",
      "type",
      "status",
      "from",
      "from_user_id",
      "recipient_id",
      "recipient_type",
      "timestamp",
      "text",
      "image",
      "voice",
      "system",
      "interactive",
      "errors",
      "code",
      "wa_id",
      "user_id",
      "profile",
      "payment",
      "context",
      "message",
      "identity",
      "group_id",
      "nfm_reply",
      "response_json",
      "new_wa_id",
      "event",
      "to",
      "sender",
      "input",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "valueOf", "toJSON"),
  },
  { weight: 1, arbitrary: fc.string() },
);

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    word,
    fc.oneof(fc.integer(), fc.double(), fc.constantFrom(null, true, false, 1_793_001_601)),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("json")), { maxLength: 6 }).map(objectOf),
  ),
}));

/** An object with these as its own properties, one called `__proto__` too, as JSON.parse makes it. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [name, value] of entries)
    Object.defineProperty(object, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  return object;
}

const list = fc.oneof(
  { weight: 4, arbitrary: fc.array(json, { maxLength: 5 }) },
  { weight: 1, arbitrary: json },
);
const lists = (names: readonly string[]): fc.Arbitrary<object> =>
  fc.record(Object.fromEntries(names.map((name) => [name, list])), {
    requiredKeys: [],
    noNullPrototype: true,
  });

const ofMessages = lists(["contacts", "messages", "statuses", "errors", "metadata", "brand_new"]);
const ofAnyField = lists([
  "contacts",
  "messages",
  "statuses",
  "errors",
  "calls",
  "groups",
  "history",
  "standby",
  "message_echoes",
  "state_sync",
  "user_preferences",
  "user_actions",
  "user_id_update",
  "event",
  "threads",
]);

const cloudBody = (
  field: fc.Arbitrary<unknown>,
  value: fc.Arbitrary<unknown>,
): fc.Arbitrary<object> =>
  fc
    .array(
      fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record({
            id: fc.oneof(fc.constant("1"), json),
            time: json,
            changes: fc.oneof(
              {
                weight: 6,
                arbitrary: fc.array(
                  fc.oneof(
                    {
                      weight: 6,
                      arbitrary: fc.record({ field, value }, { noNullPrototype: true }),
                    },
                    { weight: 1, arbitrary: json },
                  ),
                  { maxLength: 3 },
                ),
              },
              { weight: 1, arbitrary: json },
            ),
          }),
        },
        { weight: 1, arbitrary: json },
      ),
      { maxLength: 3 },
    )
    .map((entry) => ({ object: "whatsapp_business_account", entry }));

test(
  "any bytes give sound events or are refused",
  () => {
    fc.assert(
      fc.property(fc.uint8Array({ size: "large" }), (bytes) => {
        soundEvents(bytes);
      }),
      runs(300),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "any JSON gives sound events or is refused, as a value, a text and bytes",
  () => {
    fc.assert(
      fc.property(fc.oneof(json, fc.jsonValue()), (value) => {
        const text = JSON.stringify(value) ?? "null";
        soundEvents(JSON.parse(text));
        soundEvents(text);
        soundEvents(Buffer.from(text));
      }),
      runs(500),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "any value at all, JSON or not, gives sound events or is refused",
  () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (value) => {
          soundEvents(value as object);
          soundEvents({ messages: [value], statuses: value, contacts: [value, value] });
        },
      ),
      runs(300),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "arbitrary items in the lists of `messages` give one event each, in order",
  () => {
    fc.assert(
      fc.property(cloudBody(fc.constant("messages"), ofMessages), (body) => {
        const raws = itemEvents(body)?.map(({ raw }) => raw);
        expect(raws).toEqual(itemsIn(body));
      }),
      runs(500),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "arbitrary items in On-Premises lists give one event each, in order",
  () => {
    fc.assert(
      fc.property(ofMessages, (body) => {
        const raws = itemEvents(body)?.map(({ raw }) => raw);
        expect(raws).toEqual(itemsIn(body));
      }),
      runs(500),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "arbitrary values of every field give at least one event for each change",
  () => {
    const field = fc.constantFrom(...fieldNames, "brand_new_field", "__proto__");
    fc.assert(
      fc.property(cloudBody(field, fc.oneof(ofAnyField, json)), (body) => {
        const { entry } = body as { entry: { changes?: unknown }[] };
        const changes = entry.flatMap((each) => {
          const list = typeof each === "object" && each !== null ? each.changes : undefined;
          return Array.isArray(list) && list.length > 0 ? list : [each];
        });
        expect(soundEvents(body)?.length).toBeGreaterThanOrEqual(changes.length);
      }),
      runs(500),
    );
  },
  FUZZ_TIMEOUT_MS,
);
