import { randomBytes } from "node:crypto";
import { type Accounts, type AppOptions, createAccounts, type NumberOptions } from "./accounts.ts";
import { Activity, type Phase } from "./activity.ts";
import { type AuditReport, Ledger } from "./audit.ts";
import { checkOptions } from "./check-options.ts";
import { type Clock, realClock } from "./clock.ts";
import { subscribeApp } from "./cloud/subscribe.ts";
import type { Complete } from "./complete.ts";
import { type ChatMessage, Conversations } from "./conversations.ts";
import { Customer } from "./customer.ts";
import type { Line } from "./customer-message.ts";
import { Customers } from "./customers.ts";
import { type Delivery, Journal, type JournalEvents } from "./delivery/journal.ts";
import type { Office } from "./delivery/lane.ts";
import { checkWeather, type Weather } from "./delivery/weather.ts";
import { fixtureBody } from "./fixtures.ts";
import { type Json, textOf } from "./json.ts";
import { Lifetime } from "./lifetime.ts";
import { ON_PREMISES_NUMBER } from "./on-premises/client.ts";
import type {
  CustomerOptions,
  EmulatorOptions,
  OnPremisesControl,
  SubscribeOptions,
} from "./options.ts";
import { seededRandom } from "./random.ts";
import { platformApi } from "./run.ts";
import { doorkeeper } from "./server/access.ts";
import { controlApi } from "./server/control.ts";
import { pageFiles } from "./server/page-files.ts";
import type { StatusOptions } from "./statuses.ts";
import { Court, type Verdict } from "./verdict.ts";

export const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Plays the WhatsApp platform on this machine: `start()`, `subscribe()` (or the HTTP APIs at `url`), then customers write,
 * messages get their statuses, and receivers get notifications, over and over until they answer 200.
 */
export class Emulator {
  readonly clock: Clock;
  /** Give it to the next emulator for the same ids and the same weather. */
  readonly seed: string;
  readonly #accounts: Accounts;
  readonly #customers: Customers;
  readonly #lifetime: Lifetime;
  readonly #office: Omit<Office, "connections">;
  #weather: Complete<Weather>;
  #statuses: StatusOptions;

  constructor(options: EmulatorOptions) {
    checkOptions(options);
    this.clock = options.clock ?? realClock();
    this.seed = String(options.seed ?? randomBytes(4).toString("hex"));
    const random = seededRandom(this.seed);
    this.#accounts = createAccounts(random, options.appSecret, options.apps, options.numbers);
    this.#customers = new Customers(random, [
      ...this.#accounts.numbers.map(({ displayPhoneNumber }) => displayPhoneNumber),
      options.onPremises?.displayPhoneNumber ?? ON_PREMISES_NUMBER,
    ]);
    this.#weather = checkWeather(options.weather ?? {});
    this.#statuses = options.statuses ?? {};
    const journal = new Journal();
    this.#office = {
      clock: this.clock,
      random,
      activity: new Activity(this.clock),
      journal,
      conversations: new Conversations(journal.subscribers),
      ledger: new Ledger(),
      court: new Court(this.seed),
      requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      weather: () => this.#weather,
    };
    this.#lifetime = new Lifetime(
      {
        options,
        office: this.#office,
        accounts: this.#accounts,
        customers: this.#customers,
        statuses: () => this.#statuses,
      },
      (run) => [
        doorkeeper(() => this.isServedLocally),
        pageFiles(),
        controlApi(this, () => run()?.subscriptions),
        platformApi(run),
      ],
    );
  }

  /** The apps, with their secrets and tokens. */
  get apps(): readonly Complete<AppOptions>[] {
    return this.#accounts.apps;
  }

  /** The business numbers on the Cloud API. */
  get numbers(): readonly Complete<NumberOptions>[] {
    return this.#accounts.numbers;
  }

  /** Where the HTTP APIs are: `<url>/v1/…` the On-Premises client's, `<url>/v23.0/…` the Graph API. */
  get url(): string {
    return this.#lifetime.url;
  }

  /** Whether only this machine reaches the HTTP APIs. */
  get isServedLocally(): boolean {
    return this.#lifetime.isServedLocally;
  }

  /** Begins to send, and to serve the HTTP APIs. Calls of this, `stop()` and `restart()` wait for each other. */
  async start(): Promise<void> {
    await this.#lifetime.start();
  }

  /** Ends; resolves when the requests under way have ended. What is stored is delivered after the next start. */
  async stop(): Promise<void> {
    await this.#lifetime.stop();
  }

  /**
   * Stops and starts: settings that need a restart take effect, and callbacks that are not kept on disk are lost. Rejects
   * when the emulator is stopped.
   */
  async restart(): Promise<void> {
    await this.#lifetime.restart();
  }

  /**
   * Subscribes an app to fields and to all its accounts, with one callback URL. Rejects when the URL does not pass the
   * handshake.
   */
  async subscribe(options: SubscribeOptions): Promise<void> {
    const { subscriptions, handshake } = this.#lifetime.running;
    await subscribeApp(this.#accounts, subscriptions, handshake, options);
  }

  /** Somebody who writes to the business. The same phone number is the same person. */
  customer({ to, ...person }: CustomerOptions = {}): Customer {
    // At once, so that a wrong number is noticed here; again with each message, because a restart makes new lines.
    this.#lineTo(to);
    const line: Line = { receive: (from, message) => this.#lineTo(to).receive(from, message) };
    return new Customer(this.#customers.meet(person), line);
  }

  #lineTo(to: string | undefined): Line {
    const { cloud, client } = this.#lifetime.running;
    const number = to === "on-premises" ? undefined : this.#numberOf(to);
    return number === undefined ? client.line : cloud.line(number);
  }

  #numberOf(name: string | undefined): Complete<NumberOptions> | undefined {
    const number = this.numbers.find(
      ({ id, displayPhoneNumber }) =>
        name === undefined || id === name || displayPhoneNumber === name,
    );
    if (number === undefined && name !== undefined) throw new TypeError("there is no such number.");
    return number;
  }

  /**
   * Sends a message of the business without HTTP: what `POST /{phone-number-id}/messages`, or `POST /v1/messages`, takes
   * and does. Returns its id; the statuses follow.
   */
  send(message: Readonly<Json>, { from }: { readonly from?: string } = {}): string {
    const { cloud, client } = this.#lifetime.running;
    const to = textOf(message.to) ?? textOf(message.recipient);
    if (to === undefined) throw new TypeError("`to` says whom the message is for.");
    const type = textOf(message.type) ?? "text";
    const number = from === "on-premises" ? undefined : this.#numberOf(from);
    return number === undefined
      ? client.send(to, type, message)
      : cloud.send(number, to, type, message);
  }

  /**
   * Sends a notification body: one of your own, or a fixture by its name (`"account_update/verified-account"`). With
   * `about`, a Cloud API body is made to be about that number.
   */
  notify(what: string | Readonly<Json>, { about }: { readonly about?: string } = {}): void {
    const body = typeof what === "string" ? fixtureBody(what) : what;
    const { cloud, client } = this.#lifetime.running;
    if (!("entry" in body)) client.notify(body);
    else cloud.notify(body, about === undefined ? undefined : this.#numberOf(about));
  }

  /** One change of a webhook field: `change("account_alerts", { … })`. */
  change(field: string, value: unknown, { wabaId }: { readonly wabaId?: string } = {}): void {
    const id = wabaId ?? this.#accounts.wabaIds[0];
    if (id === undefined || !this.#accounts.wabaIds.includes(id))
      throw new TypeError("there is no such account.");
    this.#lifetime.running.cloud.change(field, value, id);
  }

  /** What was sent or is under way, to whom, and how it went: the newest 20,000, and 100 MB of bodies. */
  get deliveries(): readonly Delivery[] {
    return this.#office.journal.deliveries;
  }

  /** What customers and the business wrote to each other, and how far it came: the newest 1000 messages. */
  get messages(): readonly ChatMessage[] {
    return this.#office.conversations.messages;
  }

  /** Calls the listener whenever it happens. Returns what ends the subscription. */
  on<Name extends keyof JournalEvents>(
    name: Name,
    hear: (details: JournalEvents[Name]) => void,
  ): () => void {
    return this.#office.journal.subscribers.add(name, hear);
  }

  /**
   * Resolves when nothing is under way, and no status or batch is to come. Retries that wait for their time may be left,
   * unless they are asked for. On a stepped clock, what only a step brings is not waited for.
   */
  async idle({ retries = false }: { readonly retries?: boolean } = {}): Promise<void> {
    const phases: Phase[] = this.clock.isStepped
      ? ["now"]
      : ["now", "soon", ...(retries ? (["later"] as const) : [])];
    await this.#office.activity.none(phases);
  }

  /**
   * Compares what a receiver handled with what it was sent. Each thing is an item as it stood in a body (a message, a
   * status, a value), or its key as {@link itemKey} makes it. With `appId`, only what that app's URLs accepted is missed.
   */
  audit(handled: Iterable<unknown>, { appId }: { readonly appId?: string } = {}): AuditReport {
    return this.#office.ledger.audit(handled, appId);
  }

  /** How the receivers did so far. */
  verdict(): Verdict {
    return this.#office.court.verdict();
  }

  get weather(): Complete<Weather> {
    return this.#weather;
  }

  /** The weather from now on. What is not named is calm again. */
  setWeather(weather: Weather): void {
    this.#weather = checkWeather(weather);
  }

  get statuses(): StatusOptions {
    return this.#statuses;
  }

  /** Which statuses come for what is sent from now on. */
  setStatuses(statuses: StatusOptions): void {
    this.#statuses = statuses;
  }

  get onPremises(): OnPremisesControl {
    return this.#lifetime.running.client;
  }
}

/** The platform, stopped. `await emulator.start()` begins. Throws for options that cannot be. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  return new Emulator(options);
}
