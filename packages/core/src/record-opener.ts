import { WebhookError } from "./errors.ts";
import type { AnyEvent, EventName } from "./events.ts";
import type { Delivery, InboxRecord } from "./inbox/inbox.ts";
import type { PendingName, ReadRecord, RecordReader } from "./record-reader.ts";

/** A record as far as it could be read, and which of its events were handled before. */
export type Opened =
  | { readonly read: ReadRecord; readonly seen: ReadonlySet<string> }
  | { readonly unreadable: WebhookError };

/** Larger bodies are read in slices, so that others are answered meanwhile. */
const SLICED_BYTES = 65_536;
const NOTHING: ReadonlySet<string> = new Set();

/** Finds out what is in a record and what of it was handled before. */
export class RecordOpener {
  readonly #reader: RecordReader;
  readonly #pendingName: PendingName;

  constructor(reader: RecordReader, pendingName: PendingName) {
    this.#reader = reader;
    this.#pendingName = pendingName;
  }

  /** At once only for a small record of an inbox that knows without asking. Rejects when the inbox cannot tell. */
  open(record: InboxRecord, delivery: Delivery): Opened | Promise<Opened> {
    if (record.body.byteLength > SLICED_BYTES) return this.#openSliced(record, delivery);
    let read: ReadRecord;
    try {
      read = this.#reader.read(record, this.#pendingName);
    } catch (error) {
      return { unreadable: unreadable(error) };
    }
    const seen = ask(read, delivery);
    return seen instanceof Promise ? seen.then((known) => ({ read, seen: known })) : { read, seen };
  }

  /** One event of a record that was opened before, under the name that it has. */
  readAgain(record: InboxRecord, key: string, name: EventName): AnyEvent | undefined {
    const { events } = this.#reader.read(record, (each) => (each === key ? name : undefined));
    return events.find((event) => event.key === key);
  }

  async #openSliced(record: InboxRecord, delivery: Delivery): Promise<Opened> {
    let read: ReadRecord;
    try {
      read = await this.#reader.readSliced(record, this.#pendingName);
    } catch (error) {
      return { unreadable: unreadable(error) };
    }
    return { read, seen: await ask(read, delivery) };
  }
}

function unreadable(thrown: unknown): WebhookError {
  if (thrown instanceof WebhookError) return thrown;
  const message = "an authentic notification could not be read.";
  return new WebhookError("envelope_unknown", message, { cause: thrown });
}

function ask(
  { events }: ReadRecord,
  delivery: Delivery,
): ReadonlySet<string> | Promise<ReadonlySet<string>> {
  return events.length === 0 ? NOTHING : delivery.seen(events.map(({ key }) => key));
}
