/**
 * For tests of what receives WhatsApp notifications: bodies, signatures, injection, and the suite that adapters must pass.
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
export type { InboxPlace, InboxSubject } from "./inbox-suite/inbox-subject.ts";
export { type MemoryFile, MemoryStore, memoryFile } from "./inbox-suite/memory-store.ts";
// Testing your handlers
export { type InjectOptions, inject } from "./inject.ts";
export { batch, type NotificationOptions, notification, onPremises } from "./notification.ts";
export { authorized, type NotificationRequest, type SignedOptions, signed } from "./signed.ts";
