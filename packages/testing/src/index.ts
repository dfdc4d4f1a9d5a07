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
// Testing your handlers
export { type InjectOptions, inject } from "./inject.ts";
export { batch, type NotificationOptions, notification, onPremises } from "./notification.ts";
export { authorized, type NotificationRequest, type SignedOptions, signed } from "./signed.ts";
