// Written by `npm run docs` from packages/settings/src/on-premises/settings-table.ts; do not edit by hand.

/**
 * The application settings as the client answered them: what it left out is absent, and numbers that came as strings are
 * numbers. Settings that this library does not know are there as they came.
 * @see https://developers.facebook.com/docs/whatsapp/api/settings/app (read 2026-11-22)
 */
export interface ApplicationSettings {
  readonly webhooks?: WebhooksSettings;
  /**
   * Whether `sent` statuses are sent. Default: `false`. Clients: before 2.45, and in the platform's guide to the
   * end.
   * @deprecated set webhooks.message.sent, which wins where both are set.
   */
  readonly sent_status?: boolean;
  /**
   * Whether notifications are kept on disk until they are acknowledged. If not, what is pending is lost when the
   * client stops. Default: `true`. Takes effect after a restart of Coreapp.
   */
  readonly callback_persist?: boolean;
  /**
   * The step of the linear delay between attempts of a notification: the n-th failure waits n times as long. In
   * milliseconds. Default: `3000`.
   */
  readonly callback_backoff_delay_ms?: number;
  /** The longest delay between attempts of a notification. In milliseconds. Default: `900000`. */
  readonly max_callback_backoff_delay_ms?: number;
  readonly media?: MediaSettings;
  /** Leaves `referral.image` and `referral.video` out of messages. Default: `false`. Clients: from about 2.33. */
  readonly skip_referral_media_download?: boolean;
  /** Whether a customer's change of number is notified. Default: `true`. Clients: from about 2.20. */
  readonly notify_user_change_number?: boolean;
  /**
   * Whether a customer's change of identity is notified. Default: `false` in a 2.33 client, `true` in the
   * platform's sample. Clients: from about 2.20.
   */
  readonly show_security_notifications?: boolean;
  /**
   * Deletes messages from the client's own database once they are delivered or read. Default: `true` in the pages
   * for 2.23, `false` in samples. Clients: all; cannot be turned on again from 2.35. Takes effect after a restart
   * of Coreapp.
   */
  readonly pass_through?: boolean;
  /**
   * Cleans the client's own database up. Default: `true` in a 2.33 client, `false` in an older sample. Clients:
   * about 2.20 to 2.39; later `garbagecollector_enable`. Takes effect after a restart of Coreapp.
   */
  readonly db_garbagecollector_enable?: boolean;
  readonly garbagecollector_enable?: GarbagecollectorEnableSettings;
  /** How often the nodes of a Multiconnect set-up look after each other. In seconds. Default: `5`. */
  readonly heartbeat_interval?: number;
  /** After which silence a node counts as unhealthy. In seconds. Default: `30`. */
  readonly unhealthy_interval?: number;
  /** A WhatsApp id or group that hears of alerts. Default: not documented. Clients: to about 2.23. */
  readonly on_call_pager?: string;
  /** Tunes the encryption's store. Default: `false`. Clients: about 2.20 to 2.29. */
  readonly axolotl_context_striping_disabled?: boolean;
  /**
   * Leaves `conversation` and `pricing` out of statuses. Default: `false`. Clients: about 2.30 to 2.39.
   * @deprecated deprecated by the platform since 2.39.1.
   */
  readonly webhook_payload_conversation_pricingmodel_disabled?: boolean;
  /** Writes more to the client's log. Default: `false`. Clients: late ones. */
  readonly verbose_logging?: boolean;
  /** What the client writes to its log. Default: `"info"`. Clients: late ones. */
  readonly log_level?: string;
  /** The business's own number, in digits. Default: not documented. Read-only. */
  readonly wa_id?: string;
}

/**
 * What `update` sets; what is left out stays as it is.
 * @see https://developers.facebook.com/docs/whatsapp/api/settings/app (read 2026-11-22)
 */
export interface ApplicationSettingsPatch {
  readonly webhooks?: WebhooksPatch | undefined;
  /**
   * Whether `sent` statuses are sent. Default: `false`. Clients: before 2.45, and in the platform's guide to the
   * end.
   * @deprecated set webhooks.message.sent, which wins where both are set.
   */
  readonly sent_status?: boolean | undefined;
  /**
   * Whether notifications are kept on disk until they are acknowledged. If not, what is pending is lost when the
   * client stops. Default: `true`. Takes effect after a restart of Coreapp.
   */
  readonly callback_persist?: boolean | undefined;
  /**
   * The step of the linear delay between attempts of a notification: the n-th failure waits n times as long. In
   * milliseconds. Default: `3000`.
   */
  readonly callback_backoff_delay_ms?: number | `${number}` | undefined;
  /** The longest delay between attempts of a notification. In milliseconds. Default: `900000`. */
  readonly max_callback_backoff_delay_ms?: number | `${number}` | undefined;
  readonly media?: MediaPatch | undefined;
  /** Leaves `referral.image` and `referral.video` out of messages. Default: `false`. Clients: from about 2.33. */
  readonly skip_referral_media_download?: boolean | undefined;
  /** Whether a customer's change of number is notified. Default: `true`. Clients: from about 2.20. */
  readonly notify_user_change_number?: boolean | undefined;
  /**
   * Whether a customer's change of identity is notified. Default: `false` in a 2.33 client, `true` in the
   * platform's sample. Clients: from about 2.20.
   */
  readonly show_security_notifications?: boolean | undefined;
  /**
   * Deletes messages from the client's own database once they are delivered or read. Default: `true` in the pages
   * for 2.23, `false` in samples. Clients: all; cannot be turned on again from 2.35. Takes effect after a restart
   * of Coreapp.
   */
  readonly pass_through?: boolean | undefined;
  /**
   * Cleans the client's own database up. Default: `true` in a 2.33 client, `false` in an older sample. Clients:
   * about 2.20 to 2.39; later `garbagecollector_enable`. Takes effect after a restart of Coreapp.
   */
  readonly db_garbagecollector_enable?: boolean | undefined;
  readonly garbagecollector_enable?: GarbagecollectorEnablePatch | undefined;
  /** How often the nodes of a Multiconnect set-up look after each other. In seconds. Default: `5`. */
  readonly heartbeat_interval?: number | undefined;
  /** After which silence a node counts as unhealthy. In seconds. Default: `30`. */
  readonly unhealthy_interval?: number | undefined;
  /** A WhatsApp id or group that hears of alerts. Default: not documented. Clients: to about 2.23. */
  readonly on_call_pager?: string | undefined;
  /** Tunes the encryption's store. Default: `false`. Clients: about 2.20 to 2.29. */
  readonly axolotl_context_striping_disabled?: boolean | undefined;
  /**
   * Leaves `conversation` and `pricing` out of statuses. Default: `false`. Clients: about 2.30 to 2.39.
   * @deprecated deprecated by the platform since 2.39.1.
   */
  readonly webhook_payload_conversation_pricingmodel_disabled?: boolean | undefined;
  /** Writes more to the client's log. Default: `false`. Clients: late ones. */
  readonly verbose_logging?: boolean | undefined;
  /** What the client writes to its log. Default: `"info"`. Clients: late ones. */
  readonly log_level?: string | undefined;
}

export interface WebhooksSettings {
  /**
   * Where all notifications are sent. HTTPS, with a certificate that the client trusts (`ca.set`). While it is
   * empty, notifications are dropped and not kept for later. Default: `""`.
   */
  readonly url?: string;
  /**
   * How many notifications are under way at once. Default: `6`. Allowed: 6, 12, 18, 24. Takes effect after a
   * restart of Coreapp.
   */
  readonly max_concurrent_requests?: number;
  readonly message?: WebhooksMessageSettings;
}

export interface WebhooksPatch {
  /**
   * Where all notifications are sent. HTTPS, with a certificate that the client trusts (`ca.set`). While it is
   * empty, notifications are dropped and not kept for later. Default: `""`.
   */
  readonly url?: string | undefined;
  /**
   * How many notifications are under way at once. Default: `6`. Allowed: 6, 12, 18, 24. Takes effect after a
   * restart of Coreapp.
   */
  readonly max_concurrent_requests?: 6 | 12 | 18 | 24 | undefined;
  readonly message?: WebhooksMessagePatch | undefined;
}

export interface WebhooksMessageSettings {
  /**
   * Whether `sent` statuses are sent. Wins over `sent_status` where both are set. Default: not documented.
   * Clients: from 2.41.2.
   */
  readonly sent?: boolean;
  /** Whether `delivered` statuses are sent. Default: not documented. Clients: from 2.41.2. */
  readonly delivered?: boolean;
  /** Whether `read` statuses are sent. Default: not documented. Clients: from 2.41.2. */
  readonly read?: boolean;
}

export interface WebhooksMessagePatch {
  /**
   * Whether `sent` statuses are sent. Wins over `sent_status` where both are set. Default: not documented.
   * Clients: from 2.41.2.
   */
  readonly sent?: boolean | undefined;
  /** Whether `delivered` statuses are sent. Default: not documented. Clients: from 2.41.2. */
  readonly delivered?: boolean | undefined;
  /** Whether `read` statuses are sent. Default: not documented. Clients: from 2.41.2. */
  readonly read?: boolean | undefined;
}

export interface MediaSettings {
  /**
   * Which media the client fetches before it notifies. Default: all six in a 2.33 client. Allowed: audio,
   * document, image, sticker, video, voice. Clients: all; `sticker` later.
   */
  readonly auto_download?: readonly string[];
}

export interface MediaPatch {
  /**
   * Which media the client fetches before it notifies. Default: all six in a 2.33 client. Allowed: audio,
   * document, image, sticker, video, voice. Clients: all; `sticker` later.
   */
  readonly auto_download?: readonly MediaAutoDownload[] | undefined;
}

export interface GarbagecollectorEnableSettings {
  /** Cleans media up. Default: `false` in the platform's sample. Clients: late ones. */
  readonly media?: boolean;
  /**
   * Cleans messages up. The platform advises `false` while much is being sent. Default: `true` in the platform's
   * sample. Clients: late ones.
   */
  readonly messages?: boolean;
}

export interface GarbagecollectorEnablePatch {
  /** Cleans media up. Default: `false` in the platform's sample. Clients: late ones. */
  readonly media?: boolean | undefined;
  /**
   * Cleans messages up. The platform advises `false` while much is being sent. Default: `true` in the platform's
   * sample. Clients: late ones.
   */
  readonly messages?: boolean | undefined;
}

export type MediaAutoDownload = "audio" | "document" | "image" | "sticker" | "video" | "voice";
