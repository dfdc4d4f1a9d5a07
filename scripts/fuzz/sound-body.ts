import {
  type AnyEvent,
  type EventName,
  type InboxRecord,
  isEventName,
  type ParseOptions,
  parse,
  type RecordAuth,
  WebhookError,
} from "@whatsapp-webhooks/core";
import { cutRecord } from "../../packages/core/src/cut-record.ts";
import { mostItemsIn } from "../../packages/core/src/density.ts";
import { expectationOf } from "./expectation.ts";
import { mustHold } from "./target.ts";

const RECEIVED_AT = 1_795_000_000_000;

/** The events of some bytes, or the code of why there are none. Whatever else is thrown goes on. */
export function eventsOf(
  bytes: Uint8Array,
  auth: RecordAuth,
  more: Pick<ParseOptions, "keys" | "wants"> = {},
): AnyEvent[] | string {
  const { account, tenant } = auth;
  try {
    const events = parse(bytes, {
      source: auth.kind === "signature" ? "cloud" : "on-premises",
      receivedAt: RECEIVED_AT,
      mostItems: mostItemsIn(bytes.byteLength),
      ...(account === undefined ? {} : { account }),
      ...(tenant === undefined ? {} : { tenant }),
      ...more,
    });
    return [...events];
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error;
    return error.code;
  }
}

/** What came of a body, in words; throws a Finding if its events are not what must hold of any body's. */
export function checkBody(bytes: Uint8Array, auth: RecordAuth): readonly string[] {
  const { codes, items } = expectationOf(bytes, auth.kind);
  const events = eventsOf(bytes, auth);
  if (typeof events === "string") {
    mustHold(codes.includes(events), `refused as ${events}`, () => codes.join(" or "));
    return [events];
  }
  mustHold(items !== undefined, "not refused", () => codes.join(" or "));
  for (const event of events) {
    const flaws = flawsOf(event);
    mustHold(flaws.length === 0, `unsound ${event.name}: ${flaws.join(", ")}`);
  }
  mustHold(new Set(events.map(({ key }) => key)).size === events.length, "a key twice in a body");
  checkNothingLost(events, items ?? []);
  const text = JSON.stringify(events);
  mustHold(JSON.stringify(JSON.parse(text)) === text, "JSON of events does not come back");
  mustHold(
    JSON.stringify(eventsOf(bytes, auth)) === text,
    "other events when the body comes a second time",
  );
  checkWanted(bytes, auth, events);
  checkParts({ id: "fuzzed", receivedAt: RECEIVED_AT, auth, body: bytes }, events);
  mustHold(isUnpolluted(), "a prototype has new properties");
  return events.flatMap(({ name, issues = [] }) => [
    name,
    ...issues.slice(0, 10).map(({ path }) => `${name} ${path.replace(/\d+/g, "n")}`),
  ]);
}

/** What is not as it must be in an event, whatever came. */
function flawsOf(event: AnyEvent): string[] {
  const { sender, recipient, account, issues = [] } = event;
  const people = [sender, recipient].filter((person) => person !== undefined);
  const flaws = {
    name: !isEventName(event.name),
    key: event.key === "" || event.key.length > 1_000,
    conversation: typeof event.conversation !== "string",
    timestamp: Number.isNaN(event.timestamp.getTime()),
    account: !areTexts(account),
    people: people.some((person) => !areTexts(person) || person.key === ""),
    data: event.name !== "unknown" && (typeof event.data !== "object" || event.data === null),
    issues: issues.some((issue) => !areTexts(issue)),
  };
  return Object.entries(flaws).flatMap(([name, isFlawed]) => (isFlawed ? [name] : []));
}

function areTexts(values: object): boolean {
  return Object.values(values).every((value) => typeof value === "string");
}

/** A system message tells of a profile, too, and what nobody knows is told beside what is known. */
const MAY_BE_MORE = new Set<string>(["contact", "contact.invalid", "duplicate", "unknown"]);

function checkNothingLost(events: readonly AnyEvent[], items: readonly unknown[]): void {
  const left = new Map<string, AnyEvent[]>();
  const mayBeMore = (event: AnyEvent): boolean => MAY_BE_MORE.has(event.name);
  // Taken from the end: what may be more is left over last.
  for (const event of [...events.filter(mayBeMore), ...events.filter((e) => !mayBeMore(e))]) {
    const raw = JSON.stringify(event.raw);
    const alike = left.get(raw);
    if (alike === undefined) left.set(raw, [event]);
    else alike.push(event);
  }
  for (const item of items) {
    const raw = JSON.stringify(item);
    mustHold(left.get(raw)?.pop() !== undefined, "an item is lost", () => raw);
  }
  for (const event of [...left.values()].flat())
    mustHold(mayBeMore(event) || event.field === "history", `an event of nothing: ${event.name}`);
}

/** Whoever wants one kind of event gets what they would get among all others. */
function checkWanted(bytes: Uint8Array, auth: RecordAuth, events: readonly AnyEvent[]): void {
  const [first] = events;
  if (first === undefined || /invalid$|^duplicate$/.test(first.name)) return;
  const isIt = ({ name }: AnyEvent): boolean => name === first.name;
  const wants = (name: EventName): boolean => name === first.name;
  const found = eventsOf(bytes, auth, { wants });
  mustHold(
    typeof found !== "string" &&
      JSON.stringify(found.filter(isIt)) === JSON.stringify(events.filter(isIt)),
    "other events for who wants one kind",
  );
}

/** A record that is cut into conversations gives the same events, in the same order within each. */
function checkParts(record: InboxRecord, events: readonly AnyEvent[]): void {
  const parts = cutRecord(record);
  // A part is written anew.
  if (parts.length < 2 || BEYOND_NUMBERS.test(Buffer.from(record.body).toString())) return;
  const after = parts.flatMap(({ body, keys }) => {
    const mine = eventsOf(body, record.auth, { keys });
    mustHold(typeof mine !== "string", "a part of a record cannot be read", () => String(mine));
    return typeof mine === "string" ? [] : mine;
  });
  const words = (all: readonly AnyEvent[]): string[] => all.map((event) => JSON.stringify(event));
  const sorted = (all: readonly AnyEvent[]): string => words(all).sort().join("\n");
  mustHold(sorted(after) === sorted(events), "other events when it is cut");
  // What nobody knows, or nests its lists deeper, keeps all that it came with in one part, whosever it is.
  if (events.some(({ name, field }) => name === "unknown" || isNested(field))) return;
  // A profile may be needed in another conversation before it comes in its own.
  const isInOrder = (conversation: string): boolean => {
    const isIts = (event: AnyEvent): boolean =>
      event.conversation === conversation && event.name !== "contact";
    return words(after.filter(isIts)).join("\n") === words(events.filter(isIts)).join("\n");
  };
  for (const conversation of new Set(events.map((event) => event.conversation)))
    mustHold(isInOrder(conversation), "another order within a conversation when it is cut");
}

function isNested(field: string | undefined): boolean {
  return field === "history" || field === "standby";
}

/** Numbers beyond all numbers: whoever writes them anew writes null. */
export const BEYOND_NUMBERS = /e\+?\d{3}|\d{300}/i;

const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const NAMES = PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);

function isUnpolluted(): boolean {
  return PROTOTYPES.every((prototype, i) => Reflect.ownKeys(prototype).length === NAMES[i]);
}
