import type { Unit } from "../unit.ts";

/** Which of the platform's two APIs sends. */
export type Api = "cloud" | "on-premises";

/** What a Cloud API notification concerns: it decides at which URL an app gets it. */
export interface Subject {
  readonly wabaId: string;
  /** Absent for what concerns the whole account. */
  readonly phoneNumberId?: string;
  readonly field: string;
}

/** To whom a Cloud API notification goes. */
export interface Route extends Subject {
  readonly appIds: readonly string[];
}

/** A body on its way. It is the same bytes in every attempt. */
export interface Notification {
  readonly id: string;
  readonly api: Api;
  readonly body: string;
  readonly route?: Route;
  readonly units: readonly Unit[];
  readonly createdAt: number;
  /** The notification that this one repeats, by the weather. */
  readonly duplicateOf?: string;
  /** To whom it has been sent before, by the recipients' names. */
  readonly tried?: readonly string[];
  /** How often it has failed so far. */
  readonly failures: number;
  /** Whether a receiver has failed by itself, and not the weather alone. */
  readonly isBlamed?: boolean;
  /** When it is to be sent next. */
  readonly dueAt: number;
}

/** Where a notification goes, as things stand when it is sent. */
export interface Recipient {
  /** The app's id, or `on-premises`. */
  readonly name: string;
  readonly url: URL;
  readonly headers: (body: Uint8Array) => Readonly<Record<string, string>>;
  /** Certificate authorities (PEM) that are good for this URL besides Node's own. */
  readonly authorities: readonly string[];
}
