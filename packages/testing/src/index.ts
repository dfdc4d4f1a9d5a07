/**
 * For tests of what receives WhatsApp notifications: bodies, signatures, injection, and the suites that adapters,
 * inboxes and stores must pass.
 * @module
 */

// Writing an adapter

export {
  type AdapterCase,
  type AdapterCasesOptions,
  adapterCases,
} from "./adapter-suite/adapter-cases.ts";
export type {
  Ability,
  AdapterServer,
  AdapterSetup,
  AdapterSubject,
} from "./adapter-suite/subject.ts";

// Reading bodies of every kind

export { type Fixture, fixtureNames, loadFixture, type NotificationBody } from "./fixtures.ts";

// Writing an inbox

export { type InboxCase, type InboxCasesOptions, inboxCases } from "./inbox-suite/inbox-cases.ts";
export type {
  InboxAbility,
  InboxPlace,
  InboxPlaceOptions,
  InboxSubject,
} from "./inbox-suite/inbox-subject.ts";
export {
  type MemoryClock,
  type MemoryFileOptions,
  memoryFile,
} from "./inbox-suite/memory-file.ts";
export { MemoryStore } from "./inbox-suite/memory-store.ts";
export { type StoreCase, type StoreCasesOptions, storeCases } from "./store-suite/store-cases.ts";
export type {
  StoreAbility,
  StorePlace,
  StorePlaceOptions,
  StoreSubject,
} from "./store-suite/store-subject.ts";

// Testing your handlers

export { type InjectOptions, inject } from "./inject.ts";
export { batch, type NotificationOptions, notification, onPremises } from "./notification.ts";
export { authorized, type NotificationRequest, type SignedOptions, signed } from "./signed.ts";
