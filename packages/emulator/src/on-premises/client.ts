import { Agenda } from "../agenda.ts";
import type { CustomerMessage, Line } from "../customer-message.ts";
import type { Customers, Person } from "../customers.ts";
import { checkCallbackUrl } from "../delivery/callback-url.ts";
import { Gatherer } from "../delivery/gatherer.ts";
import { Lane, type Office } from "../delivery/lane.ts";
import type { Recipient } from "../delivery/notification.ts";
import { ON_PREMISES_WINDOW_MS, onPremisesWaitMs } from "../delivery/schedule.ts";
import type { Ids } from "../ids.ts";
import { type Json, textOf, toSortedJson } from "../json.ts";
import { coming, type Fate, type SentMessage, type StatusOptions } from "../statuses.ts";
import type { Collection, Storage } from "../storage/storage.ts";
import { profilesOf, unitsOfRoot } from "../unit.ts";
import { assembleOnPremises, messageBody, statusBody } from "./on-premises-values.ts";
import {
  type ApplicationSettings,
  defaultSettings,
  isStatusWanted,
  mergeSettings,
} from "./settings.ts";

/** The On-Premises client of the emulator. */
export interface OnPremisesOptions {
  /** Its number, in digits. Default: `12125550177`. */
  readonly displayPhoneNumber?: string | undefined;
  /** It shows in answers, and decides where a status names its recipient. Default: `2.45.1`. */
  readonly version?: string | undefined;
  /** The admin's password. Default: `secret`, which has to be changed at the first login, as in a new client. */
  readonly adminPassword?: string | undefined;
  /** On every callback, as a provider in between would set them: `{ Authorization: "Basic …" }`. */
  readonly callbackHeaders?: Readonly<Record<string, string>> | undefined;
  /** Settings to begin with, as `PATCH /v1/settings/application` takes them. */
  readonly settings?: Readonly<Json> | undefined;
}

interface StatusToCome {
  readonly message: SentMessage;
  readonly status: Fate;
}

export interface ClientParts {
  readonly options: OnPremisesOptions;
  readonly office: Office;
  readonly ids: Ids;
  readonly storage: Storage;
  readonly customers: Customers;
  readonly authorities: readonly string[];
  readonly statuses: () => StatusOptions;
}

const NAME = "on-premises";
export const ON_PREMISES_NUMBER = "12125550177";

/** The On-Premises client as far as webhooks go. What needs a restart takes effect when the next one is made. */
export class OnPremisesClient {
  readonly version: string;
  readonly #parts: ClientParts;
  readonly #number: string;
  readonly #settings: Collection<ApplicationSettings>;
  readonly #authority: Collection<string>;
  readonly #lane: Lane;
  readonly #gatherer: Gatherer<Json>;
  readonly #agenda: Agenda<StatusToCome>;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    const { options, office, ids, storage } = parts;
    this.version = options.version ?? "2.45.1";
    this.#number = options.displayPhoneNumber ?? ON_PREMISES_NUMBER;
    this.#settings = storage.collection("on-premises settings");
    this.#authority = storage.collection("on-premises certificate authority");
    if (this.#settings.get(NAME) === undefined)
      this.#settings.put(
        NAME,
        mergeSettings(defaultSettings(this.#number), options.settings ?? {}),
      );
    // As they were at the start: these need a restart.
    const { callback_persist, webhooks } = this.settings;
    const authorities = [
      ...parts.authorities,
      ...(this.authority === undefined ? [] : [this.authority]),
    ];
    this.#lane = new Lane(
      office,
      {
        concurrency: () => webhooks.max_concurrent_requests,
        recipients: () => this.#recipients(authorities),
        waitMs: (failures) => onPremisesWaitMs(failures, this.settings),
        windowMs: ON_PREMISES_WINDOW_MS,
        persists: () => callback_persist,
      },
      storage.collection("on-premises callbacks"),
    );
    this.#gatherer = new Gatherer("on-premises", office, ids, this.#lane, assembleOnPremises);
    this.#agenda = new Agenda(office, storage.collection("on-premises statuses"), (event) =>
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

  get settings(): ApplicationSettings {
    return this.#settings.get(NAME) ?? defaultSettings(this.#number);
  }

  /** As `PATCH`: throws an ApiError for a value that is not valid, and then changes nothing. */
  configure(change: unknown): void {
    this.#settings.put(NAME, mergeSettings(this.settings, change));
  }

  /** As `DELETE`: everything as in a new client. */
  resetSettings(): void {
    this.#settings.put(NAME, defaultSettings(this.#number));
  }

  /** The certificate authorities (PEM) that were uploaded for webhooks. */
  get authority(): string | undefined {
    return this.#authority.get(NAME);
  }

  trust(pem: string): void {
    this.#authority.put(NAME, pem);
  }

  distrust(): void {
    this.#authority.delete(NAME);
  }

  /** The client's number as something that customers write to. */
  get line(): Line {
    return { receive: (from, message) => this.#receive(from, message) };
  }

  #receive(from: Person, message: CustomerMessage): string {
    const { ids, office } = this.#parts;
    const { phone } = from;
    if (phone === undefined)
      throw new TypeError("the On-Premises API knows no usernames: the customer needs a phone.");
    const id = ids.onPremises("customer", phone);
    const now = office.clock.now();
    const { auto_download } = this.settings.media;
    const sentId = textOf(message.extra?.id) ?? id;
    office.conversations.received(NAME, from, sentId, message, now);
    this.notify(
      messageBody({ ...from, phone }, message, id, this.#number, now, ids, auto_download),
    );
    return sentId;
  }

  /** Takes a message of the business and returns its id; the statuses that are switched on follow. */
  send(to: string, type: string, body: Readonly<Json>): string {
    const { ids, customers, statuses, office } = this.#parts;
    const person = customers.find(to);
    const id = ids.onPremises("business", person.phone ?? "0");
    const message: SentMessage = { id, api: "on-premises", to, type, body };
    office.conversations.sent(NAME, person, message, office.clock.now());
    for (const { status, delayMs } of coming(message, statuses()))
      this.#agenda.add(ids.next(), delayMs, { message, status });
    return id;
  }

  /** The business marks a customer's message as read. */
  markRead(messageId: string): void {
    this.#parts.office.conversations.reached(messageId, "read");
  }

  #tellStatus({ message, status }: StatusToCome): void {
    const { customers, office, statuses } = this.#parts;
    const { error } = statuses();
    office.conversations.reached(message.id, status, status === "failed" ? error : undefined);
    if (!isStatusWanted(this.settings, status)) return;
    const recipient = customers.find(message.to).phone ?? message.to;
    const conversationId = office.random.bytes(16, "conversation", recipient).toString("hex");
    const now = office.clock.now();
    this.notify(statusBody(message, recipient, status, this.version, now, conversationId, error));
  }

  /** Sends a body of your own, such as `{ errors: […] }`. */
  notify(body: Json): void {
    const content = structuredClone(body);
    this.#gatherer.take({
      group: NAME,
      units: unitsOfRoot(content),
      profiles: profilesOf(content),
      content,
      bytes: Buffer.byteLength(toSortedJson(content)),
    });
  }

  /** Without a URL, callbacks are discarded. */
  #recipients(authorities: readonly string[]): readonly Recipient[] {
    const checked = checkCallbackUrl(this.settings.webhooks.url);
    if (!("url" in checked)) return [];
    const headers = {
      "Content-Type": "application/json",
      ...this.#parts.options.callbackHeaders,
    };
    return [{ name: NAME, url: checked.url, headers: () => headers, authorities }];
  }
}
