import { mostItemsIn } from "./density.ts";
import type { Emitter } from "./emitter.ts";
import { WebhookError } from "./errors.ts";
import type { AnyEvent, EventName, Issue } from "./events.ts";
import type { InboxRecord } from "./inbox/inbox.ts";
import { toJson, toJsonSliced } from "./json.ts";
import { Parsing } from "./parse.ts";
import type { Report } from "./report.ts";

export interface RecordReaderOptions {
  readonly emitter: Emitter;
  readonly maxAgeMs?: number | undefined;
}

/** The names that events are half done under, by their keys. */
export type PendingName = (key: string) => EventName | undefined;

type Misfit = AnyEvent & { readonly issues: readonly Issue[] };

/** A record's events for somebody, and what is in it that could be given to nobody. */
export interface ReadRecord {
  readonly events: readonly AnyEvent[];
  /** Items that do not fit their schema and that nobody listens for: the record is kept for them. */
  readonly misfits: readonly Misfit[];
  /** Items of accounts that the tenant's credentials do not cover. */
  readonly foreign: readonly AnyEvent[];
}

class SortedEvents implements ReadRecord {
  readonly events: AnyEvent[] = [];
  readonly misfits: Misfit[] = [];
  readonly foreign: AnyEvent[] = [];
}

const SLICE_MS = 5;

/** Turns a record into the events that somebody listens to, within what its credentials allow. */
export class RecordReader {
  readonly #emitter: Emitter;
  readonly #maxAgeMs: number | undefined;
  readonly #wants = (name: EventName): boolean => this.#mayWant(name);

  constructor({ emitter, maxAgeMs }: RecordReaderOptions) {
    this.#emitter = emitter;
    this.#maxAgeMs = maxAgeMs;
  }

  /**
   * What is half done keeps its name, however old it has become, and is read whoever is subscribed: its one-time listeners
   * are not any longer. Throws a WebhookError.
   */
  read(record: InboxRecord, pendingName: PendingName): ReadRecord {
    const sorted = new SortedEvents();
    const parsing = this.#parse(record, toJson(record.body));
    for (const item of parsing.items)
      this.#sort(parsing.eventOf(item), record, pendingName, sorted);
    return sorted;
  }

  /** As {@link read}, letting go of the event loop every few milliseconds. */
  async readSliced(record: InboxRecord, pendingName: PendingName): Promise<ReadRecord> {
    const sorted = new SortedEvents();
    const parsing = this.#parse(record, await toJsonSliced(record.body));
    let until = performance.now() + SLICE_MS;
    for (const item of parsing.items) {
      this.#sort(parsing.eventOf(item), record, pendingName, sorted);
      if (performance.now() < until) continue;
      await new Promise((resolve) => setImmediate(resolve));
      until = performance.now() + SLICE_MS;
    }
    return sorted;
  }

  #parse({ auth, body, receivedAt, keys }: InboxRecord, json: unknown): Parsing {
    return new Parsing(json, body.byteLength, {
      source: auth.kind === "signature" ? "cloud" : "on-premises",
      receivedAt,
      mostItems: mostItemsIn(body.byteLength),
      account: auth.account,
      tenant: auth.tenant,
      wants: this.#wants,
      keys,
    });
  }

  #sort(
    parsed: AnyEvent | undefined,
    { auth }: InboxRecord,
    pendingName: PendingName,
    sorted: SortedEvents,
  ): void {
    if (parsed === undefined) return;
    const pending = pendingName(parsed.key);
    const isStale = pending === undefined ? this.#isStale(parsed) : pending === "stale";
    const event = isStale ? asStale(parsed) : parsed;
    if (auth.accounts !== undefined && !isWithin(auth.accounts, event)) sorted.foreign.push(event);
    else if (pending !== undefined || this.#emitter.wants(event.name)) sorted.events.push(event);
    else if (isMisfit(event)) sorted.misfits.push(event);
  }

  /** Whether events of this name may be for somebody; which ones are is only known when they are read. */
  #mayWant(name: EventName): boolean {
    return (
      this.#emitter.mayWant(name) ||
      (this.#maxAgeMs !== undefined && this.#emitter.mayWant("stale"))
    );
  }

  #isStale({ field, timestamp }: AnyEvent): boolean {
    if (this.#maxAgeMs === undefined || field === "history") return false;
    return Date.now() - timestamp.getTime() > this.#maxAgeMs;
  }
}

function asStale(event: AnyEvent): AnyEvent {
  return { ...event, name: "stale", data: { event } } as AnyEvent;
}

/** Tells of what could be given to nobody. */
export function reportUnread({ misfits, foreign }: ReadRecord, report: Report): void {
  for (const event of foreign) {
    const message = `an item of "${event.name}" belongs to an account that is not among the tenant's; it was not delivered.`;
    report(new WebhookError("account_not_allowed", message), { event });
  }
  for (const event of misfits) {
    const properties = event.issues
      .slice(0, 10)
      .map(({ path }) => path || "(the item)")
      .join(", ");
    const message = `an item became "${event.name}" (${properties}) and nobody listens for it: on("invalid", …). Its notification is kept.`;
    report(new WebhookError("item_invalid", message), { event });
  }
}

function isMisfit(event: AnyEvent): event is Misfit {
  return event.issues !== undefined;
}

function isWithin(accounts: readonly string[], { account }: AnyEvent): boolean {
  return [account.wabaId, account.phoneNumberId].some(
    (id) => id !== undefined && accounts.includes(id),
  );
}
