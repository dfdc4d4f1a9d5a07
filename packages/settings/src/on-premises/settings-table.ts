/** What a setting is and takes. Types, checks and the table in `docs/settings.md` are made of these rows. */
export interface SettingRow {
  /** `milliseconds` may be written as a number or as its digits: the platform's pages say string, its answers are numbers. */
  readonly kind: "url" | "boolean" | "integer" | "milliseconds" | "text" | "words";
  /** All values there are; for `words`, all words of the list. */
  readonly allowed?: readonly (number | string)[];
  readonly least?: number;
  readonly unit?: "seconds" | "milliseconds";
  /** Left out where the platform documents none. */
  readonly default?: string | number | boolean | readonly string[];
  /** What else is known of the default. */
  readonly defaultNote?: string;
  /** Which versions of the client know it. */
  readonly clients: string;
  /** The first version, where it is known for certain: setting it on an older client is warned of. */
  readonly since?: string;
  /** Whether Coreapp must be restarted before a new value takes effect; left out where no page says it. */
  readonly restart?: boolean;
  readonly isReadOnly?: true;
  /** Why not to use it any more. */
  readonly deprecated?: string;
  readonly about: string;
}

/**
 * Every application setting of the On-Premises API, by its path. After a change: `npm run docs`.
 * @see https://developers.facebook.com/docs/whatsapp/api/settings/app (read 2026-11-22)
 */
export const settingsTable = {
  "webhooks.url": {
    kind: "url",
    default: "",
    clients: "all",
    restart: false,
    about:
      "Where all notifications are sent. HTTPS, with a certificate that the client trusts (`ca.set`). While it is empty, notifications are dropped and not kept for later.",
  },
  "webhooks.max_concurrent_requests": {
    kind: "integer",
    allowed: [6, 12, 18, 24],
    default: 6,
    clients: "all",
    restart: true,
    about: "How many notifications are under way at once.",
  },
  "webhooks.message.sent": {
    kind: "boolean",
    clients: "from 2.41.2",
    since: "2.41.2",
    restart: false,
    about: "Whether `sent` statuses are sent. Wins over `sent_status` where both are set.",
  },
  "webhooks.message.delivered": {
    kind: "boolean",
    clients: "from 2.41.2",
    since: "2.41.2",
    restart: false,
    about: "Whether `delivered` statuses are sent.",
  },
  "webhooks.message.read": {
    kind: "boolean",
    clients: "from 2.41.2",
    since: "2.41.2",
    restart: false,
    about: "Whether `read` statuses are sent.",
  },
  sent_status: {
    kind: "boolean",
    default: false,
    clients: "before 2.45, and in the platform's guide to the end",
    restart: false,
    deprecated: "set webhooks.message.sent, which wins where both are set",
    about: "Whether `sent` statuses are sent.",
  },
  callback_persist: {
    kind: "boolean",
    default: true,
    clients: "all",
    restart: true,
    about:
      "Whether notifications are kept on disk until they are acknowledged. If not, what is pending is lost when the client stops.",
  },
  callback_backoff_delay_ms: {
    kind: "milliseconds",
    least: 0,
    unit: "milliseconds",
    default: 3000,
    clients: "all",
    restart: false,
    about:
      "The step of the linear delay between attempts of a notification: the n-th failure waits n times as long.",
  },
  max_callback_backoff_delay_ms: {
    kind: "milliseconds",
    least: 0,
    unit: "milliseconds",
    default: 900_000,
    clients: "all",
    restart: false,
    about: "The longest delay between attempts of a notification.",
  },
  "media.auto_download": {
    kind: "words",
    allowed: ["audio", "document", "image", "sticker", "video", "voice"],
    defaultNote: "all six in a 2.33 client",
    clients: "all; `sticker` later",
    restart: false,
    about: "Which media the client fetches before it notifies.",
  },
  skip_referral_media_download: {
    kind: "boolean",
    default: false,
    clients: "from about 2.33",
    restart: false,
    about: "Leaves `referral.image` and `referral.video` out of messages.",
  },
  notify_user_change_number: {
    kind: "boolean",
    default: true,
    clients: "from about 2.20",
    restart: false,
    about: "Whether a customer's change of number is notified.",
  },
  show_security_notifications: {
    kind: "boolean",
    defaultNote: "`false` in a 2.33 client, `true` in the platform's sample",
    clients: "from about 2.20",
    restart: false,
    about: "Whether a customer's change of identity is notified.",
  },
  pass_through: {
    kind: "boolean",
    defaultNote: "`true` in the pages for 2.23, `false` in samples",
    clients: "all; cannot be turned on again from 2.35",
    restart: true,
    about: "Deletes messages from the client's own database once they are delivered or read.",
  },
  db_garbagecollector_enable: {
    kind: "boolean",
    defaultNote: "`true` in a 2.33 client, `false` in an older sample",
    clients: "about 2.20 to 2.39; later `garbagecollector_enable`",
    restart: true,
    about: "Cleans the client's own database up.",
  },
  "garbagecollector_enable.media": {
    kind: "boolean",
    defaultNote: "`false` in the platform's sample",
    clients: "late ones",
    about: "Cleans media up.",
  },
  "garbagecollector_enable.messages": {
    kind: "boolean",
    defaultNote: "`true` in the platform's sample",
    clients: "late ones",
    about: "Cleans messages up. The platform advises `false` while much is being sent.",
  },
  heartbeat_interval: {
    kind: "integer",
    least: 1,
    unit: "seconds",
    default: 5,
    clients: "all",
    restart: false,
    about: "How often the nodes of a Multiconnect set-up look after each other.",
  },
  unhealthy_interval: {
    kind: "integer",
    least: 1,
    unit: "seconds",
    default: 30,
    clients: "all",
    restart: false,
    about: "After which silence a node counts as unhealthy.",
  },
  on_call_pager: {
    kind: "text",
    clients: "to about 2.23",
    restart: false,
    about: "A WhatsApp id or group that hears of alerts.",
  },
  axolotl_context_striping_disabled: {
    kind: "boolean",
    default: false,
    clients: "about 2.20 to 2.29",
    about: "Tunes the encryption's store.",
  },
  webhook_payload_conversation_pricingmodel_disabled: {
    kind: "boolean",
    default: false,
    clients: "about 2.30 to 2.39",
    deprecated: "deprecated by the platform since 2.39.1",
    about: "Leaves `conversation` and `pricing` out of statuses.",
  },
  verbose_logging: {
    kind: "boolean",
    default: false,
    clients: "late ones",
    about: "Writes more to the client's log.",
  },
  log_level: {
    kind: "text",
    default: "info",
    clients: "late ones",
    about: "What the client writes to its log.",
  },
  wa_id: {
    kind: "text",
    clients: "all",
    isReadOnly: true,
    about: "The business's own number, in digits.",
  },
} as const satisfies Readonly<Record<string, SettingRow>>;

/** A setting's path: `webhooks.url`, `callback_persist` … */
export type SettingName = keyof typeof settingsTable;

/** The rows, for code that goes through all of them. */
export const settingRows: ReadonlyMap<string, SettingRow> = new Map(Object.entries(settingsTable));

/** The paths that hold other settings: `webhooks`, `webhooks.message`, `media` … */
export const settingGroups: ReadonlySet<string> = new Set(
  [...settingRows.keys()].flatMap((name) => {
    const parts = name.split(".").slice(0, -1);
    return parts.map((_, i) => parts.slice(0, i + 1).join("."));
  }),
);
