/** What pages and scripts get over HTTP, as types alone: the page is written against them. */

import type { NumberOptions } from "../accounts.ts";
import type { Complete } from "../complete.ts";
import type { Delivery } from "../delivery/journal.ts";
import type { Weather } from "../delivery/weather.ts";
import type { ApplicationSettings } from "../on-premises/settings.ts";
import type { Fate } from "../statuses.ts";

/** What `GET /emulator` answers. */
export interface EmulatorState {
  /** By the emulator's clock, which goes `rate` times as fast as real time. */
  readonly now: number;
  readonly rate: number;
  readonly seed: string;
  readonly apps: readonly AppState[];
  readonly numbers: readonly Complete<NumberOptions>[];
  readonly weather: Complete<Weather>;
  readonly statuses: { readonly reach: Fate | "for each message" };
  readonly onPremises: { readonly version: string; readonly settings: ApplicationSettings };
}

interface AppState {
  readonly id: string;
  readonly name: string;
  /** Absent until the app is subscribed; so are the others. */
  readonly callbackUrl?: string;
  readonly fields?: "all" | readonly string[];
  /** The accounts that it is subscribed to. */
  readonly wabaIds?: readonly string[];
}

/** What `POST /emulator/secrets` answers. */
export interface Secrets {
  readonly apps: readonly {
    readonly id: string;
    readonly secret: string;
    /** A system user's. */
    readonly accessToken: string;
    readonly appAccessToken: string;
  }[];
}

/** A delivery as a page gets it, short enough to be sent each time something happens to it. */
export interface DeliveryView extends Omit<Delivery, "body" | "items"> {
  /** What tells it from the others. */
  readonly key: string;
  /** What is in it, such as `message.text`, and how many of each. */
  readonly names: Readonly<Record<string, number>>;
  /** The beginning of the first text in it, if there is one. */
  readonly preview?: string;
  readonly bodyBytes: number;
  /** Absent when it is long: `GET /emulator/deliveries?key=…` has it. */
  readonly body?: string;
  /** How many attempts there were; of many, `attempts` has the newest. */
  readonly attemptCount: number;
}
