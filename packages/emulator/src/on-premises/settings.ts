import { checkCallbackUrl } from "../delivery/callback-url.ts";
import { isJson, type Json } from "../json.ts";
import { ApiError } from "./api-error.ts";

/** The application settings of the On-Premises client, as `GET /v1/settings/application` shows them. */
export interface ApplicationSettings {
  callback_backoff_delay_ms: number;
  max_callback_backoff_delay_ms: number;
  /** Takes effect after a restart of the client. */
  callback_persist: boolean;
  sent_status: boolean;
  media: { auto_download: string[] };
  webhooks: {
    url: string;
    /** Takes effect after a restart of the client. */
    max_concurrent_requests: number;
    /** Nobody has said which they are: `sent_status` decides for `sent`, and the others come. */
    message?: { sent?: boolean; delivered?: boolean; read?: boolean };
  };
  /** Kept and shown, without any effect on webhooks. */
  [other: string]: unknown;
}

const mediaKinds = ["image", "video", "voice", "sticker", "audio", "document"];

export function defaultSettings(waId: string): ApplicationSettings {
  return {
    callback_backoff_delay_ms: 3000,
    callback_persist: true,
    garbagecollector_enable: { media: false, messages: true },
    heartbeat_interval: 5,
    log_level: "info",
    max_callback_backoff_delay_ms: 900_000,
    media: { auto_download: [...mediaKinds] },
    notify_user_change_number: true,
    pass_through: false,
    sent_status: false,
    show_security_notifications: false,
    skip_referral_media_download: false,
    unhealthy_interval: 30,
    verbose_logging: false,
    wa_id: waId,
    webhooks: { max_concurrent_requests: 6, url: "" },
  };
}

/** Returns the value to keep, or undefined when it is not valid. */
type Check = (value: unknown) => unknown;
interface Shape {
  readonly [name: string]: Check | Shape;
}

const boolean: Check = (value) => (typeof value === "boolean" ? value : undefined);
const text: Check = (value) => (typeof value === "string" ? value : undefined);
/** The documents call some numbers strings: both are taken, and shown as numbers. */
const count: Check = (value) => {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined;
};
const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) => {
    const known = count(value);
    return allowed.includes(known) ? known : undefined;
  };
const kinds: Check = (value) =>
  Array.isArray(value) && value.every((kind) => mediaKinds.includes(kind)) ? [...value] : undefined;
const callbackUrl: Check = (value) =>
  value === "" || (typeof value === "string" && "url" in checkCallbackUrl(value))
    ? value
    : undefined;

const shape: Shape = {
  axolotl_context_striping_disabled: boolean,
  callback_backoff_delay_ms: count,
  callback_persist: boolean,
  db_garbagecollector_enable: boolean,
  garbagecollector_enable: { media: boolean, messages: boolean },
  heartbeat_interval: count,
  log_level: text,
  max_callback_backoff_delay_ms: count,
  media: { auto_download: kinds },
  notify_user_change_number: boolean,
  on_call_pager: text,
  pass_through: boolean,
  sent_status: boolean,
  show_security_notifications: boolean,
  skip_referral_media_download: boolean,
  unhealthy_interval: count,
  verbose_logging: boolean,
  webhook_payload_conversation_pricingmodel_disabled: boolean,
  webhooks: {
    max_concurrent_requests: oneOf(6, 12, 18, 24),
    message: { delivered: boolean, read: boolean, sent: boolean },
    url: callbackUrl,
  },
};

/**
 * The settings with a change merged in, at every depth: what is absent keeps its value. What the client does not know,
 * and its own number, are ignored. Throws an {@link ApiError} that names every value that is not valid.
 */
export function mergeSettings(settings: ApplicationSettings, change: unknown): ApplicationSettings {
  if (!isJson(change)) throw new ApiError(400, 1025, "The request is not a JSON object");
  const invalid: string[] = [];
  const merged = merge(settings, change, shape, "", invalid);
  if (invalid.length > 0)
    throw new ApiError(400, 1009, ...invalid.map((path) => `Parameter '${path}' is not valid`));
  return { ...settings, ...merged };
}

function merge(before: Json, change: Json, shape: Shape, path: string, invalid: string[]): Json {
  const after = { ...before };
  for (const [name, check] of Object.entries(shape)) {
    const value = change[name];
    if (value === undefined) continue;
    if (typeof check === "function") {
      const checked = check(value);
      if (checked === undefined) invalid.push(path + name);
      else after[name] = checked;
    } else if (isJson(value)) {
      const nested = before[name];
      after[name] = merge(isJson(nested) ? nested : {}, value, check, `${path}${name}.`, invalid);
    } else invalid.push(path + name);
  }
  return after;
}

/** Whether a status of this kind is sent. `webhooks.message` wins over `sent_status`; what failed always comes. */
export function isStatusWanted(
  { webhooks, sent_status }: ApplicationSettings,
  status: "sent" | "delivered" | "read" | "failed",
): boolean {
  if (status === "failed") return true;
  return webhooks.message?.[status] ?? (status === "sent" ? sent_status : true);
}
