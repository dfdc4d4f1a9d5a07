/**
 * Sets WhatsApp webhooks up: the settings of the On-Premises API, and the subscriptions and callback overrides of the Cloud API.
 * @module
 */
export type { AppSubscription, NumberCallbacks, SubscribedApp } from "./cloud/answers.ts";
export {
  type AccountSubscriptions,
  type AppSubscriptionRequest,
  type AppSubscriptions,
  type CallbackOverride,
  type CloudSubscriptions,
  type CloudSubscriptionsOptions,
  createCloudSubscriptions,
  type NumberSubscriptions,
  type WebhookField,
} from "./cloud/create-cloud-subscriptions.ts";
export { isOverridable, type OverridableField, overridableFields } from "./cloud/fields.ts";
export type { CallOptions, ConnectionOptions } from "./connection.ts";
export type { SettingsLogger } from "./logger.ts";
export type {
  ApplicationSettings,
  ApplicationSettingsPatch,
} from "./on-premises/application-settings.ts";
export {
  createOnPremisesSettings,
  type LoginOptions,
  type OnPremisesSettings,
  type OnPremisesSettingsOptions,
  type UpdateResult,
  type WebhookCa,
} from "./on-premises/create-on-premises-settings.ts";
export { isSentStatusOn } from "./on-premises/read-settings.ts";
export type { LoginSession } from "./on-premises/session.ts";
export { type SettingName, type SettingRow, settingsTable } from "./on-premises/settings-table.ts";
export type { SettingsRetryOptions } from "./retry.ts";
export {
  errorCodes,
  type PlatformError,
  SettingsError,
  type SettingsErrorCode,
} from "./settings-error.ts";
export type { FetchLike, FetchResponse } from "./transport.ts";
