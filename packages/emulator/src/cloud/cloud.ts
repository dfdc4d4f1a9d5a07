import type { Accounts, NumberOptions } from "../accounts.ts";
import { Agenda } from "../agenda.ts";
import type { Complete } from "../complete.ts";
import type { CustomerMessage, Line } from "../customer-message.ts";
import type { Customers, Person } from "../customers.ts";
import { Gatherer } from "../delivery/gatherer.ts";
import { Lane, type Office } from "../delivery/lane.ts";
import type { Subject } from "../delivery/notification.ts";
import { type CloudRetryOptions, cloudWaitMs } from "../delivery/schedule.ts";
import type { Ids } from "../ids.ts";
import { isJson, type Json, objectsOf, textOf, toCloudJson } from "../json.ts";
import { coming, type Fate, type SentMessage, type StatusOptions } from "../statuses.ts";
import type { Storage } from "../storage/storage.ts";
import { profilesOf, unitsOfChange } from "../unit.ts";
import { messageValue, seconds, statusValue } from "./cloud-values.ts";
import { assembleCloud, type CloudContent, entryOf } from "./envelope.ts";
import type { Subscriptions } from "./subscriptions.ts";

interface StatusToCome {
  readonly phoneNumberId: string;
  readonly message: SentMessage;
  readonly status: Fate;
}

export interface CloudParts {
  readonly accounts: Accounts;
  readonly office: Office;
  readonly ids: Ids;
  readonly storage: Storage;
  readonly customers: Customers;
  readonly subscriptions: Subscriptions;
  readonly retry: Complete<CloudRetryOptions>;
  readonly maxConcurrentRequests: number;
  readonly statuses: () => StatusOptions;
}

/** The Cloud API as far as webhooks go: what happens, and who is told. */
export class Cloud {
  readonly #parts: CloudParts;
  readonly #lane: Lane;
  readonly #gatherer: Gatherer<CloudContent>;
  readonly #agenda: Agenda<StatusToCome>;

  constructor(parts: CloudParts) {
    this.#parts = parts;
    const { office, ids, storage, subscriptions, retry, maxConcurrentRequests } = parts;
    this.#lane = new Lane(
      office,
      {
        concurrency: () => maxConcurrentRequests,
        recipients: ({ route }) => (route === undefined ? [] : subscriptions.recipients(route)),
        waitMs: (failures) => cloudWaitMs(failures, retry),
        windowMs: retry.windowMs,
        persists: () => true,
      },
      storage.collection("cloud notifications"),
    );
    this.#gatherer = new Gatherer("cloud", office, ids, this.#lane, (contents, id) =>
      assembleCloud(contents, office.random, id),
    );
    this.#agenda = new Agenda(office, storage.collection("cloud statuses"), (event) =>
      this.#tellStatus(event),
    );
  }

  start(): void {
    this.#lane.start();
    this.#agenda.start();
  }

  async stop(): Promise<void> {
    this.#agenda.stop();
    this.#gatherer.flush();
    await this.#lane.stop();
  }

  /** A number as something that customers write to. */
  line(number: NumberOptions): Line {
    return { receive: (from, message) => this.#receive(number, from, message) };
  }

  #receive(number: NumberOptions, from: Person, message: CustomerMessage): string {
    const { ids, office } = this.#parts;
    const id = ids.wamid("customer", from.phone ?? from.userId);
    const now = office.clock.now();
    const sentId = textOf(message.extra?.id) ?? id;
    office.conversations.received(number.id, from, sentId, message, now);
    this.#tell(number, messageValue(number, from, message, id, now, ids));
    return sentId;
  }

  /** Takes a message of the business and returns its id; statuses follow. */
  send(number: NumberOptions, to: string, type: string, body: Readonly<Json>): string {
    const { ids, customers, statuses, office } = this.#parts;
    const person = customers.find(to);
    const id = ids.wamid("business", person.phone ?? person.userId);
    const message: SentMessage = { id, api: "cloud", to, type, body };
    office.conversations.sent(number.id, person, message, office.clock.now());
    for (const { status, delayMs } of coming(message, statuses()))
      this.#agenda.add(ids.next(), delayMs, { phoneNumberId: number.id, message, status });
    return id;
  }

  /** The business marks a customer's message as read. */
  markRead(messageId: string): void {
    this.#parts.office.conversations.reached(messageId, "read");
  }

  #tellStatus({ phoneNumberId, message, status }: StatusToCome): void {
    const { accounts, customers, office, statuses } = this.#parts;
    const number = accounts.numbers.find(({ id }) => id === phoneNumberId);
    if (number === undefined) return;
    const { error } = statuses();
    office.conversations.reached(message.id, status, status === "failed" ? error : undefined);
    const to = customers.find(message.to);
    this.#tell(number, statusValue(number, to, message, status, office.clock.now(), error));
  }

  #tell(number: NumberOptions, value: Json): void {
    this.#distribute([entryOf(number.wabaId, "messages", value)]);
  }

  /**
   * Sends a body of your own, entry by entry as it stands. Accounts and numbers that the emulator does not have count as
   * its first. With a number, the body is made to be about that one.
   */
  notify(body: Json, about?: NumberOptions): void {
    const entries = structuredClone(objectsOf(body.entry));
    if (entries.length === 0) throw new TypeError("a Cloud API body has a list of entries.");
    if (about !== undefined)
      for (const entry of entries) {
        entry.id = about.wabaId;
        for (const { value } of objectsOf(entry.changes))
          if (isJson(value) && isJson(value.metadata))
            value.metadata = {
              ...value.metadata,
              display_phone_number: about.displayPhoneNumber,
              phone_number_id: about.id,
            };
      }
    this.#distribute(entries);
  }

  /** One change of any field. Account-level fields carry the time, as on the platform. */
  change(field: string, value: unknown, wabaId: string): void {
    const isAboutNumber = isJson(value) && "metadata" in value;
    const time = isAboutNumber ? undefined : Number(seconds(this.#parts.office.clock.now()));
    this.#distribute([entryOf(wabaId, field, value, time)]);
  }

  /** Cuts entries by who gets them, so that what the same apps get at the same URLs stays one body. */
  #distribute(entries: readonly Json[]): void {
    const groups = new Map<string, { subject: Subject; appIds: string[]; entries: Json[] }>();
    const put = (subject: Subject, entry: Json, part: Json): void => {
      for (const { key, appIds, content } of this.#formsFor(subject, part)) {
        const group = groups.get(key) ?? { subject, appIds, entries: [] };
        groups.set(key, group);
        const last = group.entries.at(-1);
        const isSameEntry = last !== undefined && origins.get(last) === entry;
        if (isSameEntry && Array.isArray(last.changes) && Array.isArray(content.changes))
          last.changes = [...last.changes, ...content.changes];
        else {
          origins.set(content, entry);
          group.entries.push(content);
        }
      }
    };
    const origins = new Map<Json, Json>();
    for (const entry of entries) {
      const { changes, ...rest } = entry;
      for (const change of objectsOf(changes))
        put(this.#subjectOf(entry, change), entry, { ...rest, changes: [change] });
      if (changes === undefined) {
        const [field] = Array.isArray(entry.changed_fields) ? entry.changed_fields : [];
        put(this.#subjectOf(entry, { field }), entry, entry);
      }
    }
    for (const [group, { subject, appIds, entries: parts }] of groups)
      this.#gatherer.take({
        group,
        route: { ...subject, appIds },
        units: parts.flatMap((entry) =>
          entry.changes === undefined
            ? unitsOfChange(entry, entry)
            : objectsOf(entry.changes).flatMap((change) => unitsOfChange(change, entry)),
        ),
        profiles: parts.flatMap((entry) =>
          objectsOf(entry.changes).flatMap(({ value }) => profilesOf(value)),
        ),
        content: { entries: parts },
        bytes: toCloudJson(parts).length,
      });
  }

  /** The apps that get an entry, by URLs and by whether they want values. */
  #formsFor(
    subject: Subject,
    entry: Json,
  ): readonly { readonly key: string; readonly appIds: string[]; readonly content: Json }[] {
    const subscribers = this.#parts.subscriptions.appsFor(subject);
    if (subscribers.length === 0) return [{ key: "nobody", appIds: [], content: { ...entry } }];
    return [true, false].flatMap((isWithValues) => {
      const group = subscribers.filter(({ includeValues }) => includeValues === isWithValues);
      if (group.length === 0) return [];
      const key = JSON.stringify([isWithValues, group.map(({ appId, url }) => [appId, url])]);
      const appIds = group.map(({ appId }) => appId);
      return [{ key, appIds, content: isWithValues ? { ...entry } : this.#withoutValues(entry) }];
    });
  }

  #withoutValues({ id, time, changes, changed_fields }: Json): Json {
    return {
      id,
      time: time ?? Number(seconds(this.#parts.office.clock.now())),
      changed_fields: changed_fields ?? objectsOf(changes).map(({ field }) => field),
    };
  }

  #subjectOf(entry: Json, { field, value }: Json): Subject {
    const { accounts } = this.#parts;
    const wabaId = textOf(entry.id);
    const metadata = isJson(value) && isJson(value.metadata) ? value.metadata : {};
    const number = accounts.numbers.find(({ id }) => id === metadata.phone_number_id);
    const known = accounts.wabaIds.find((id) => id === wabaId);
    return {
      wabaId: known ?? number?.wabaId ?? accounts.wabaIds[0] ?? "",
      ...(number !== undefined && { phoneNumberId: number.id }),
      field: textOf(field) ?? "",
    };
  }
}
