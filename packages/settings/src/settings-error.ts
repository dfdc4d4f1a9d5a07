/** Every error code, and what it means. */
export const errorCodes = {
  option_invalid: "an option of a create function is missing or unusable; nothing was sent",
  input_invalid: "an argument of a call has a wrong type or value; nothing was sent",
  api_error: "the API answered with an error",
  unreachable: "no answer: the connection failed",
  timeout: "no whole answer within timeoutMs",
  aborted: "the call's signal was aborted",
  answer_unreadable: "there was an answer, and it is not one that this API gives",
} as const;

/** @see {@link errorCodes} */
export type SettingsErrorCode = keyof typeof errorCodes;

/** An error as the API describes it, in the platform's words. Graph's `message` is the `title` here. */
export interface PlatformError {
  readonly code?: number;
  readonly title?: string;
  readonly details?: string;
  readonly href?: string;
  /** Cloud API only: Graph's class of the error, such as `OAuthException`. */
  readonly type?: string;
  /** Cloud API only. */
  readonly error_subcode?: number;
  /** Cloud API only: what Meta's support asks for. */
  readonly fbtrace_id?: string;
}

/** What is known of the answer that an error is about. */
export interface ErrorContext {
  readonly status?: number;
  readonly errors?: readonly PlatformError[];
  readonly advice?: string;
  readonly retryAfterMs?: number;
}

/**
 * The one error class of this package. Branch on `code`, and for an `api_error` on `platformCode` or `status`; `message` says which
 * call it was, what the API answered and what to do. Neither it nor any property holds a token, a password or a verify token,
 * also where the API repeated one in its answer.
 */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly code: SettingsErrorCode;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The platform's number of the error: 1024, 190 … */
  readonly platformCode: number | undefined;
  readonly title: string | undefined;
  readonly details: string | undefined;
  /** Where the platform explains the error. */
  readonly href: string | undefined;
  /** All errors of the answer; `platformCode`, `title`, `details` and `href` are the first one's. */
  readonly errors: readonly PlatformError[];
  /** What to do about it. */
  readonly advice: string | undefined;
  /** How long the API asked to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: SettingsErrorCode, message: string, context: ErrorContext = {}) {
    super(`${code}: ${message}${context.advice === undefined ? "" : ` ${context.advice}`}`);
    const [first] = context.errors ?? [];
    this.code = code;
    this.status = context.status;
    this.platformCode = first?.code;
    this.title = first?.title;
    this.details = first?.details;
    this.href = first?.href;
    this.errors = context.errors ?? [];
    this.advice = context.advice;
    this.retryAfterMs = context.retryAfterMs;
  }
}

/** What was given cannot be sent. */
export function inputInvalid(message: string): SettingsError {
  return new SettingsError("input_invalid", message);
}
