/**
 * Plays the WhatsApp platform, Cloud API and On-Premises API, as far as webhooks go: for tests, and as a server.
 * @module
 */

// Setting it up
export type { AppOptions, NumberOptions } from "./accounts.ts";
// Looking at what it did
export type { AuditReport } from "./audit.ts";
export { type Clock, fastClock, realClock, type SteppedClock, steppedClock } from "./clock.ts";
export type { Complete } from "./complete.ts";
export type { ChatMessage } from "./conversations.ts";
// Making things happen
export type { Customer, MessageOptions, Place } from "./customer.ts";
export type { Media } from "./customer-message.ts";
export type { Person, PersonOptions } from "./customers.ts";
export type { Breakage } from "./delivery/breakage.ts";
export type { Attempt, Delivery, JournalEvents } from "./delivery/journal.ts";
export type { Api } from "./delivery/notification.ts";
export type { Failure } from "./delivery/post.ts";
export type { CloudRetryOptions } from "./delivery/schedule.ts";
export type { Weather } from "./delivery/weather.ts";
export { createEmulator, type Emulator } from "./emulator.ts";
export { notificationNames } from "./fixtures.ts";
export type { Json } from "./json.ts";
export type { OnPremisesOptions } from "./on-premises/client.ts";
export type { ApplicationSettings } from "./on-premises/settings.ts";
export type {
  CloudOptions,
  CustomerOptions,
  EmulatorOptions,
  OnPremisesControl,
  ServerOptions,
  SubscribeOptions,
} from "./options.ts";
export type { Fate, SentMessage, StatusOptions } from "./statuses.ts";
export type { StorageOptions } from "./storage/storage.ts";
export { itemKey } from "./unit.ts";
export type { Demand, Verdict } from "./verdict.ts";
