import { expect } from "vitest";
import { type AnyEvent, isEventName, parse, WebhookError } from "../../src/index.ts";

const ENVELOPE_CODES = ["body_not_json", "envelope_unknown", "envelope_not_allowed"];
const RECEIVED_AT = 1_795_000_000_000;

/** The events of a body, each checked for what must hold whatever came; undefined if its envelope was refused. */
export function soundEvents(body: object | string | Uint8Array): AnyEvent[] | undefined {
  let events: AnyEvent[];
  try {
    events = [...parse(body, { receivedAt: RECEIVED_AT })];
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error;
    expect(ENVELOPE_CODES).toContain(error.code);
    return undefined;
  }
  for (const event of events) expectSound(event);
  if (new Set(events.map(({ key }) => key)).size !== events.length)
    expect.fail("two events of one body have the same key");
  expectUnpolluted();
  return events;
}

/** Those too, but for the profiles that system messages tell of: their item has its event in the message. */
export function itemEvents(body: object): AnyEvent[] | undefined {
  const events = soundEvents(body);
  const messages = events?.filter(({ name, raw }) => name.startsWith("message.") && isObject(raw));
  const raws = new Set(messages?.map(({ raw }) => raw));
  return events?.filter(({ name, raw }) => !/^contact(\.|$)/.test(name) || !raws.has(raw));
}

/** Plain comparisons: an `expect` for each would make up most of the run. */
function expectSound(event: AnyEvent): void {
  const people = [event.sender, event.recipient].filter((person) => person !== undefined);
  const flaws = {
    name: !isEventName(event.name),
    key: typeof event.key !== "string" || event.key === "",
    conversation: typeof event.conversation !== "string",
    timestamp: !(event.timestamp instanceof Date) || Number.isNaN(event.timestamp.getTime()),
    receivedAt: event.receivedAt.getTime() !== RECEIVED_AT,
    source: event.source !== "cloud" && event.source !== "on-premises",
    account: !areTexts(event.account),
    people: people.some((person) => !areTexts(person) || person.key === ""),
    data:
      (event.data !== event.raw && !hasItsOwnPrototype(event.data)) ||
      (event.name !== "unknown" && !isObject(event.data)),
    invalid: "issues" in event && event.issues.some((issue) => !areTexts(issue)),
    raw: !("raw" in event),
  };
  expect(
    Object.entries(flaws).filter(([, isFlawed]) => isFlawed),
    event.name,
  ).toEqual([]);
}

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const areTexts = (values: object): boolean =>
  Object.values(values).every((value) => typeof value === "string");

function hasItsOwnPrototype(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return (
    Object.getPrototypeOf(value) === (Array.isArray(value) ? Array.prototype : Object.prototype)
  );
}

function expectUnpolluted(): void {
  if (Object.keys(Object.prototype).length > 0 || "polluted" in {})
    expect.fail("Object.prototype has new properties");
}
