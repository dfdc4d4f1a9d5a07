/**
 * Every error code, the HTTP status it answers with where it answers a request, and what it means.
 * The only place that maps a code to a status; `docs/errors.md` has a row for each (a test compares).
 */
export const errorCodes = {
  option_invalid: {
    meaning: "an option is missing, cannot be used, or has a name that there is not",
  },
  no_handlers: { meaning: "start() was called before any handler was registered" },
  not_found: { status: 404, meaning: "the path is not the webhook's and no other handler follows" },
  method_not_allowed: {
    status: 405,
    meaning: "neither a handshake (GET) nor a notification (POST)",
  },
  handshake_malformed: { status: 400, meaning: "a GET without a usable mode, token or challenge" },
  handshake_rejected: { status: 403, meaning: "the handshake's verify token is not ours" },
  signature_missing: {
    status: 401,
    meaning: "no X-Hub-Signature-256 header and no other credentials",
  },
  signature_malformed: {
    status: 401,
    meaning: "the signature header is not one sha256= and 64 hex digits",
  },
  signature_mismatch: { status: 401, meaning: "the signature matches none of the app secrets" },
  credentials_unknown: {
    status: 401,
    meaning: "the secret or token function knows nothing about this request",
  },
  credentials_unavailable: {
    status: 503,
    meaning: "the secret or token function threw or took over a second",
  },
  on_premises_rejected: {
    status: 401,
    meaning: "an unsigned request failed the On-Premises check",
  },
  body_aborted: { status: 400, meaning: "the connection ended before the whole body had arrived" },
  body_timeout: { status: 408, meaning: "the body arrived too slowly" },
  body_too_large: { status: 413, meaning: "the body is larger than bodyLimitBytes" },
  body_encoded: { status: 415, meaning: "the body is compressed and nobody undid it" },
  body_lost: {
    status: 500,
    meaning: "a body parser consumed the body and kept no bytes to verify",
  },
  unverified_limit: { status: 503, meaning: "too much unverified data is being read at once" },
  inbox_full: { status: 503, meaning: "the inbox has no room for another notification" },
  inbox_failed: { status: 503, meaning: "the inbox could not store the notification" },
  closing: { status: 503, meaning: "close() was called; the platform will deliver again later" },
  receiver_failed: {
    status: 503,
    meaning: "an unexpected error while receiving; nothing was stored",
  },
  body_not_json: { meaning: "an authentic notification is not JSON; its bytes are kept" },
  body_too_dense: {
    meaning:
      "an authentic notification has more levels or items than could be handled; its bytes are kept",
  },
  envelope_unknown: {
    meaning: "an authentic notification has an unknown outer shape; its bytes are kept",
  },
  envelope_not_allowed: {
    meaning: "the outer shape is not one that the request's credentials allow; the bytes are kept",
  },
  account_not_allowed: {
    meaning: "an item belongs to an account outside the tenant's accounts and was not delivered",
  },
  item_invalid: {
    meaning: "an item does not fit its schema and nobody listens for invalid events",
  },
  handler_failed: { meaning: "a handler threw or rejected" },
  handler_timeout: { meaning: "a handler ran longer than handlerTimeoutMs" },
  record_dead_lettered: {
    meaning: "the last attempt failed; the notification is kept, but not tried again",
  },
} as const satisfies Record<string, { readonly status?: number; readonly meaning: string }>;

/** @see {@link errorCodes} */
export type ErrorCode = keyof typeof errorCodes;

/**
 * The one error class. Branch on `code`; `message` says what happened, where, and what to do.
 * No message carries a payload, a phone number, a message id, a token or a secret.
 */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
  readonly code: ErrorCode;
  /** The HTTP status this error answers a request with, if it answers one. */
  readonly status: number | undefined;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options);
    this.code = code;
    const row: { readonly status?: number; readonly meaning: string } = errorCodes[code];
    this.status = row.status;
  }
}
