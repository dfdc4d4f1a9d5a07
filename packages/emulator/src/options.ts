import type { AppOptions, NumberOptions } from "./accounts.ts";
import type { Clock } from "./clock.ts";
import type { PersonOptions } from "./customers.ts";
import type { CloudRetryOptions } from "./delivery/schedule.ts";
import type { Weather } from "./delivery/weather.ts";
import type { Json } from "./json.ts";
import type { OnPremisesOptions } from "./on-premises/client.ts";
import type { ApplicationSettings } from "./on-premises/settings.ts";
import type { StatusOptions } from "./statuses.ts";
import type { StorageOptions } from "./storage/storage.ts";

/** How {@link createEmulator} sets the platform up. Everything has a default. */
export interface EmulatorOptions {
  /** The secret of the only app there is, when `apps` names none. Default: one made of the seed; see `emulator.apps`. */
  readonly appSecret?: string | undefined;
  /** The apps. Default: one. */
  readonly apps?: readonly AppOptions[] | undefined;
  /** The business numbers on the Cloud API. Default: one, with the ids of the fixtures. */
  readonly numbers?: readonly NumberOptions[] | undefined;
  readonly cloud?: CloudOptions | undefined;
  /** The On-Premises client. */
  readonly onPremises?: OnPremisesOptions | undefined;
  /** Default: the time of this machine. */
  readonly clock?: Clock | undefined;
  /** Makes ids and weather the same again. Default: a new one each time; see `emulator.seed`. */
  readonly seed?: string | number | undefined;
  /** Default: `"memory"`. */
  readonly storage?: StorageOptions | undefined;
  /** How long a receiver has to answer, in real time. The platform publishes no such time: this one is the emulator's. Default: 10 s. At most 2^31 - 1, some 24 days. */
  readonly requestTimeoutMs?: number | undefined;
  /** Certificate authorities (PEM) that the platform trusts besides those of Node.js: yours plays a public one. */
  readonly trustedCertificates?: string | readonly string[] | undefined;
  /** Default: none. */
  readonly weather?: Weather | undefined;
  readonly statuses?: StatusOptions | undefined;
  /** Where the HTTP APIs are served. Default: a free port of 127.0.0.1. `false`: nowhere. */
  readonly server?: ServerOptions | false | undefined;
}

/** The Cloud API's side of delivery. */
export interface CloudOptions {
  /** How many notifications are under way at once. The platform does not say; default: 50. */
  readonly maxConcurrentRequests?: number | undefined;
  readonly retry?: CloudRetryOptions | undefined;
}

/** Where the emulator listens. */
export interface ServerOptions {
  /** Default: 0, a free one. */
  readonly port?: number | undefined;
  /** Default: 127.0.0.1. Whoever reaches it can make the emulator send requests: keep it to this machine. */
  readonly host?: string | undefined;
  /** PEM: serves HTTPS, as the On-Premises client does. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

/** Where an app wants its notifications, as it is typed into the App Dashboard. */
export interface SubscribeOptions {
  readonly callbackUrl: string;
  readonly verifyToken: string;
  /** Default: all of them, those that nobody knows yet included. */
  readonly fields?: readonly string[] | undefined;
  /** Off: bodies name the fields that changed, without values. Default: true. */
  readonly includeValues?: boolean | undefined;
  /** Default: the first app. */
  readonly appId?: string | undefined;
}

/** A customer, and whom they write to. */
export interface CustomerOptions extends PersonOptions {
  /** The id or the digits of a number on the Cloud API, or `"on-premises"`. Default: the first number. */
  readonly to?: string | undefined;
}

/** The On-Premises client from the inside: what its HTTP API does, without logging in. */
export interface OnPremisesControl {
  readonly version: string;
  readonly settings: ApplicationSettings;
  /** As `PATCH /v1/settings/application`. */
  configure(settings: Readonly<Json>): void;
  /** As `POST /v1/certificates/webhooks/ca`: it takes effect after a restart. */
  trust(pem: string): void;
}
