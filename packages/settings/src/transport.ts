import { setTimeout as sleep } from "node:timers/promises";
import type { SettingsLogger } from "./logger.ts";
import { type RetryPolicy, readRetryAfter, retryDelayMs } from "./retry.ts";
import { SettingsError } from "./settings-error.ts";
import { failureOf } from "./unreachable.ts";

/** What is used of a `fetch`. The platform's own fits, and so does undici's with a dispatcher bound to it. */
export type FetchLike = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    redirect: "manual";
    signal: AbortSignal;
  },
) => Promise<FetchResponse>;

/** What is used of a `Response`. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: {
    /** A header by its name, in whatever case. */
    get(name: string): string | null;
  };
  readonly body?: unknown;
  /** The whole body. */
  text(): Promise<string>;
}

/** One request, as it is to be sent. */
export interface Call {
  /** Method and path for people, without ids: `POST /{waba-id}/subscribed_apps`. */
  readonly name: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string | undefined;
  /** Whether doing it twice comes to the same as doing it once. */
  readonly isRepeatable: boolean;
  /** What to do when it may have been done, or not. Default: to read the setting, or to call again. */
  readonly adviceIfUnknown?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | undefined;
}

export interface TransportOptions {
  readonly fetch: FetchLike;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly logger: Required<SettingsLogger>;
}

/** No answer of these APIs comes near; what is larger is not from them. */
const ANSWER_LIMIT = 1024 * 1024;

/** Sends a call, again where that helps and does no harm, and gives the last answer, whatever its status. */
export async function send(call: Call, options: TransportOptions): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(call, options);
    const isFailure = outcome instanceof SettingsError;
    const isPassing = isFailure
      ? outcome.code !== "aborted" && outcome.code !== "answer_unreadable"
      : outcome.status === 429 || outcome.status >= 500;
    const delay =
      isPassing && call.isRepeatable
        ? retryDelayMs(options.retry, attempt, isFailure ? 0 : outcome.retryAfterMs)
        : undefined;
    if (delay === undefined) {
      if (isFailure) throw outcome;
      return outcome;
    }
    const because = isFailure ? outcome.code : `status ${outcome.status}`;
    options.logger.debug({ attempt, delayMs: delay }, `${call.name}: ${because}, trying again.`);
    await sleep(delay, undefined, { signal: call.signal }).catch(() => {
      throw new SettingsError("aborted", `${call.name} was given up by the caller.`);
    });
  }
}

async function attemptOnce(
  call: Call,
  { fetch, timeoutMs }: TransportOptions,
): Promise<Answer | SettingsError> {
  if (call.signal?.aborted === true) return failureOf({ name: call.name }, "aborted", timeoutMs);
  const controller = new AbortController();
  let ended: "timeout" | "aborted" | undefined;
  // Not AbortSignal.any: what it makes of AbortSignal.timeout was collected as garbage in some releases, and never fired.
  const stopped = new Promise<SettingsError>((resolve) => {
    controller.signal.addEventListener("abort", () => {
      resolve(failureOf(call, ended ?? "aborted", timeoutMs));
    });
  });
  const end = (why: "timeout" | "aborted") => {
    ended ??= why;
    controller.abort();
  };
  const timer = setTimeout(end, timeoutMs, "timeout");
  const abort = () => end("aborted");
  call.signal?.addEventListener("abort", abort, { once: true });
  const exchange = async (): Promise<Answer | SettingsError> => {
    try {
      const { method, url, headers, body } = call;
      const response = await fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        // A redirect would carry the request, and perhaps its secrets, to somewhere else.
        redirect: "manual",
        signal: controller.signal,
      });
      const text = await readText(response);
      if (text === undefined)
        return new SettingsError(
          "answer_unreadable",
          `${call.name} was answered ${response.status} with more than ${ANSWER_LIMIT} bytes.`,
          {
            status: response.status,
            advice: call.adviceIfUnknown ?? "Look at what else answers at baseUrl.",
          },
        );
      return {
        status: response.status,
        text,
        retryAfterMs: readRetryAfter(response.headers.get("retry-after")),
      };
    } catch (error) {
      return ended === undefined
        ? failureOf(call, error, timeoutMs)
        : failureOf(call, ended, timeoutMs);
    }
  };
  try {
    // A fetch of the caller's may not listen to the signal.
    return await Promise.race([exchange(), stopped]);
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", abort);
  }
}

/** The body as text; undefined when it is longer than anything these APIs say. */
async function readText(response: FetchResponse): Promise<string | undefined> {
  if (response.body === null) return "";
  if (!isAsyncIterable(response.body)) return response.text();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body) {
    if (!(chunk instanceof Uint8Array)) return undefined;
    size += chunk.byteLength;
    if (size > ANSWER_LIMIT) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
