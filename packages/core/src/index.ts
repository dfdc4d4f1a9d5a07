/**
 * Receive WhatsApp Business webhooks: verify, store, answer 200 at once, then typed events.
 * @module
 */

// Everyday use
export type { AppSecret, OnPremisesOptions, TenantSecret, VerifyToken } from "./credentials.ts";
export type { Handler, HandlerContext, Subscriptions } from "./emitter.ts";
export { type ErrorCode, errorCodes, WebhookError } from "./errors.ts";
// Reading events
export { eventNames, fieldNames, isEventName } from "./event-names.ts";
export type {
  AnyEvent,
  EventBase,
  EventMap,
  EventName,
  EventOf,
  Issue,
  NamesOf,
  Pattern,
  Person,
} from "./events.ts";
export {
  checkFlowAnswer,
  type FlowAnswer,
  type SchemaResult,
  type StandardSchema,
} from "./flow.ts";
export type { Health, HealthOptions, InboxHealth } from "./health.ts";
// Writing an adapter or an inbox
export type { RequestBody, RequestHead, WebhookRequest, WebhookResponse } from "./http.ts";
export { DeadLetterWatch } from "./inbox/dead-letter-watch.ts";
export { eraseFrom } from "./inbox/erasure.ts";
export type {
  Account,
  ConsumeContext,
  Consumer,
  Cut,
  DeadLetter,
  DeadLetters,
  Deliver,
  Delivery,
  Inbox,
  InboxRecord,
  InboxStats,
  Outcome,
  PartKeys,
  RecordAuth,
  RecordPart,
} from "./inbox/inbox.ts";
export { type InlineInboxOptions, inlineInbox, type SeenKeys } from "./inbox/inline-inbox.ts";
export { type MemoryInboxOptions, memoryInbox } from "./inbox/memory-inbox.ts";
export type { RetryOptions } from "./inbox/retry.ts";
export type { Append, ClaimedRecord, Commit, Settle, Store, StoreStats } from "./inbox/store.ts";
export { storeInbox } from "./inbox/store-inbox.ts";
export { type StoreInboxOptions, storeInboxTable } from "./inbox/store-inbox-options.ts";
export { type Logger, stderrLogger } from "./logger.ts";
export { checkOptions, type OptionKind, type OptionTable } from "./options.ts";
export { type ParseOptions, parse } from "./parse.ts";
export { assertWebhooks, createPathMatcher, DEFAULT_PATH } from "./path.ts";
export type { ErrorContext } from "./report.ts";
export type { OpenEnum } from "./schema/shape.ts";
export { isNewerStatus } from "./status-rank.ts";
// Watching from outside
export type {
  Answer,
  HandledEvent,
  HandlerFailure,
  Handling,
  ReceivedRequest,
  Receiving,
  Telemetry,
} from "./telemetry/telemetry.ts";
export { toDate } from "./time.ts";
export {
  type CloseOptions,
  type CloseReport,
  createWebhooks,
  type Webhooks,
  type WebhooksOptions,
} from "./webhooks.ts";
