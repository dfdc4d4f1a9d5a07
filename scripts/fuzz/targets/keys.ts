import type { AnyEvent, RecordAuth } from "@whatsapp-webhooks/core";
import { seedBodies } from "../seeds.ts";
import { BEYOND_NUMBERS, eventsOf } from "../sound-body.ts";
import { mustHold, type Target } from "../target.ts";

const SIGNED: RecordAuth = { kind: "signature" };
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What tells repetitions from news: the keys of a body's events, and of the same events in other bodies. */
export function keysTarget(): Target {
  return {
    seeds: seedBodies,
    run(input) {
      const events = eventsOf(input, SIGNED);
      if (typeof events === "string") return [events];
      const body: unknown = JSON.parse(new TextDecoder().decode(input));
      if (!isObject(body) || !Array.isArray(body.entry)) return ["not the Cloud API's"];
      const keys = events.map(({ key }) => key);
      checkTenants(input, keys);
      if (BEYOND_NUMBERS.test(Buffer.from(input).toString())) return ["beyond all numbers"];
      checkRewritten(body, keys);
      checkDoubled({ ...body, entry: [...body.entry, ...body.entry] }, events);
      for (const event of events) checkAlone(event);
      // The form of a key, as a word: `message:id:text`, a hash, a number behind it.
      return keys.map((key) =>
        key
          .replace(/[^:/@_]{9,}/g, "x")
          .replace(/\d+/g, "n")
          .slice(0, 60),
      );
    },
  };
}

function checkTenants(input: Uint8Array, keys: readonly string[]): void {
  const all = new Set(keys);
  for (const tenant of ["a", "a/b", "message:wamid", "@on-premises"]) {
    const others = eventsOf(input, { ...SIGNED, tenant });
    mustHold(typeof others !== "string", "a tenant changes whether a body can be read");
    if (typeof others === "string") return;
    for (const { key } of others) {
      mustHold(!all.has(key), "two tenants share a key", () => tenant);
      all.add(key);
    }
  }
}

/** White space and the way texts are escaped are nothing that an event is told by. */
function checkRewritten(body: object, keys: readonly string[]): void {
  const text = JSON.stringify(body, null, 1);
  const again = eventsOf(Buffer.from(text), SIGNED);
  // What is short may have more levels than what is long.
  if (again === "body_too_dense") return;
  mustHold(
    typeof again !== "string" && again.map(({ key }) => key).join("\n") === keys.join("\n"),
    "other keys when the same JSON is written otherwise",
  );
}

/** What comes twice in a body is a repetition if it has an identity, and is never mistaken for the first. */
function checkDoubled(body: object, once: readonly AnyEvent[]): void {
  const twice = eventsOf(Buffer.from(JSON.stringify(body)), SIGNED);
  if (twice === "body_too_dense") return;
  mustHold(typeof twice !== "string", "twice the entries cannot be read");
  if (typeof twice === "string") return;
  mustHold(twice.length === 2 * once.length, "twice the entries are not twice the events");
  mustHold(new Set(twice.map(({ key }) => key)).size === twice.length, "a key twice in a body");
  for (const [i, { key, name }] of once.entries())
    mustHold(
      twice[i]?.key === key && twice[i]?.name === name,
      "what comes later changes the key of what came before",
    );
}

/** A message has its key in whatever body it comes. */
function checkAlone(event: AnyEvent): void {
  const { name, raw, field } = event;
  if (!/^message\.(?!invalid$)/.test(name) || field !== "messages" || !isObject(raw)) return;
  if (typeof raw.id !== "string" || raw.id === "" || event.account.wabaId === undefined) return;
  const value = { metadata: { phone_number_id: event.account.phoneNumberId }, messages: [raw] };
  const entry = [{ id: event.account.wabaId, changes: [{ field: "messages", value }] }];
  const alone = eventsOf(Buffer.from(JSON.stringify({ entry })), SIGNED);
  if (typeof alone === "string") return;
  const [same] = alone.filter((each) => each.name === name);
  mustHold(same?.key === event.key, "a message has another key in another body", () => name);
}
