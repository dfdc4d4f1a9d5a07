import { type ReadLimits, readBody, tooLarge } from "./body.ts";
import { answerHandshake } from "./challenge.ts";
import {
  type AppSecret,
  authorizationsOf,
  lookUp,
  type OnPremisesOptions,
  onPremisesAuth,
  type ResolvedSecret,
  secretResolver,
  tokenResolver,
  type VerifyToken,
} from "./credentials.ts";
import { type ErrorCode, WebhookError } from "./errors.ts";
import type { WebhookRequest, WebhookResponse } from "./http.ts";
import type { Inbox, InboxRecord } from "./inbox/inbox.ts";
import { harmless, IncidentLog, type Logger } from "./logger.ts";
import { explainMismatch } from "./mismatch.ts";
import { Outage } from "./outage.ts";
import { signedId, uniqueId } from "./record-id.ts";
import { causeOf, describe, levelOf, refusal } from "./refusal.ts";
import {
  isSameText,
  isSignedBy,
  parseSignature,
  SHA1_HEADER,
  SIGNATURE_HEADER,
} from "./signature.ts";
import type { HarmlessTelemetry } from "./telemetry/harmless-telemetry.ts";
import type { Answer } from "./telemetry/telemetry.ts";
import { Uploads } from "./uploads.ts";

export interface ReceiverOptions {
  readonly appSecret: AppSecret | undefined;
  readonly verifyToken: VerifyToken | undefined;
  readonly onPremises?: OnPremisesOptions | undefined;
  readonly bodyLimitBytes: number;
  readonly readTimeoutMs: number;
  readonly unverifiedLimitBytes: number;
  readonly logger: Logger;
  readonly inbox: Inbox;
  /** Called before a record is put into the inbox. */
  readonly onArrival: () => void;
  readonly telemetry?: HarmlessTelemetry | undefined;
}

export interface Receiver {
  receive(request: WebhookRequest): Promise<WebhookResponse>;
  /** From now on every notification is answered 503. */
  close(): void;
}

const OK: WebhookResponse = Object.freeze({ status: 200, headers: Object.freeze({}), body: "" });

/** Turns one request into one response: verify, store, answer. It looks at bytes and never into them. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { inbox, onPremises, telemetry } = options;
  const logger = harmless(options.logger);
  const incidents = new IncidentLog(logger);
  const secretFor = secretResolver(options.appSecret);
  const tokensFor = tokenResolver(options.verifyToken);
  const passwords = authorizationsOf(onPremises);
  const limits: ReadLimits = {
    limitBytes: options.bodyLimitBytes,
    uploads: new Uploads(options.unverifiedLimitBytes, options.readTimeoutMs),
  };
  const outage = new Outage();
  let closing = false;

  async function handshake(request: WebhookRequest): Promise<WebhookResponse> {
    const result = answerHandshake(request.url, await tokensFor(request));
    if (!result.ok)
      throw new WebhookError(result.code, `the handshake was refused: ${result.reason}.`);
    logger.info({}, "the callback URL was verified");
    return {
      status: 200,
      headers: { "content-type": "text/plain", "x-content-type-options": "nosniff" },
      body: result.challenge,
    };
  }

  // One function from the request to the answer: each async call on the way costs a frame of its own.
  async function notification(request: WebhookRequest, trace?: string): Promise<WebhookResponse> {
    refuseClosing();
    let authenticated: Authenticated;
    if (isSigned(request)) {
      const signature = signatureOf(request);
      const found = secretFor(request);
      const secret = found instanceof Promise ? await found : found;
      authenticated = verified(request, await read(request), signature, secret);
    } else {
      authenticated = await unsigned(request);
    }
    // It may have come to an end meanwhile, with an inbox that hands over nothing any more.
    refuseClosing();
    options.onArrival();
    const { id, auth, body } = authenticated;
    const record = { id, receivedAt: Date.now(), auth, body };
    try {
      await inbox.put(trace === undefined ? record : { ...record, trace });
    } catch (cause) {
      throw notStored(cause);
    }
    outage.end(logger, "the inbox takes notifications again; what was refused comes again");
    return OK;
  }

  function refuseClosing(): void {
    if (closing) throw new WebhookError("closing", "this process is shutting down.");
  }

  function notStored(cause: unknown): WebhookError {
    if (!(cause instanceof WebhookError) || cause.code === "inbox_failed") outage.begin();
    if (cause instanceof WebhookError && cause.status !== undefined) return cause;
    return new WebhookError(
      "inbox_failed",
      "the inbox could not store a notification; the platform will deliver it again.",
      { cause },
    );
  }

  /** Throws unless one of the secrets signed these bytes. */
  function verified(
    request: WebhookRequest,
    body: Uint8Array,
    signature: Buffer,
    { secrets, auth }: ResolvedSecret,
  ): Authenticated {
    if (!isSignedBy(secrets, body, signature)) {
      const why = incidents.isDue("signature_mismatch")
        ? explainMismatch(request, body, secrets.length)
        : "the signature does not match.";
      throw new WebhookError("signature_mismatch", why);
    }
    return { id: signedId(signature, body, auth.tenant, Date.now()), auth, body };
  }

  async function unsigned(request: WebhookRequest): Promise<Authenticated> {
    if (onPremises === undefined) {
      throw new WebhookError(
        "signature_missing",
        "the request has no X-Hub-Signature-256 header. (On-Premises notifications have none: see the onPremises option.)",
      );
    }
    const refused = new WebhookError(
      "on_premises_rejected",
      "an unsigned request did not pass the onPremises check.",
    );
    if (
      passwords !== undefined &&
      !passwords.some((password) => isSameText(password, request.header("authorization") ?? ""))
    )
      throw refused;
    const body = await read(request);
    if (
      "verify" in onPremises &&
      onPremises.verify !== undefined &&
      !(await lookUp(
        "onPremises.verify",
        async () =>
          (await onPremises.verify({
            ...request,
            header: (name) => request.header(name),
            body,
          })) === true,
      ))
    )
      throw refused;
    const auth = await onPremisesAuth(onPremises, request);
    return { id: uniqueId(), auth, body };
  }

  /** Throws or rejects. */
  function read(request: WebhookRequest): Promise<Uint8Array> {
    if (Number(request.header("content-length")) > limits.limitBytes) throw tooLarge(limits);
    if (
      isUnread(request) &&
      !["identity", undefined].includes(request.header("content-encoding")?.toLowerCase())
    ) {
      throw new WebhookError(
        "body_encoded",
        "the body is compressed, and the platform never compresses: something in between does. Switch that off.",
      );
    }
    return readBody(request.body, limits);
  }

  /** Never rejects. */
  function answer(request: WebhookRequest, watch?: Watch): Promise<WebhookResponse> {
    return accept(request, watch?.trace).then(
      (response) => {
        watch?.answered({ status: response.status, code: undefined, isUnverified: false });
        return response;
      },
      (thrown: unknown) => refused(request, thrown, watch),
    );
  }

  function refused(request: WebhookRequest, thrown: unknown, watch?: Watch): WebhookResponse {
    const error =
      thrown instanceof WebhookError
        ? thrown
        : new WebhookError("receiver_failed", "receiving failed unexpectedly.", { cause: thrown });
    const { code } = error;
    const status = error.status ?? 503;
    incidents.log(
      levelOf(code, status),
      code,
      error.message,
      error.cause === undefined ? {} : { cause: describe(error.cause) },
      causeOf(error),
    );
    watch?.answered({ status, code, isUnverified: UNVERIFIED.has(code) });
    return refusal(status, code, isUnread(request));
  }

  /** Rejects with why not. */
  function accept(request: WebhookRequest, trace?: string): Promise<WebhookResponse> {
    const { method } = request;
    if (method === "POST") return notification(request, trace);
    if (method === "GET") return handshake(request);
    // Not which one: where a run-time takes any word for a method, a stranger chooses it.
    const message = "a webhook takes POST (notifications) and GET (the handshake).";
    return Promise.reject(new WebhookError("method_not_allowed", message));
  }

  return {
    receive(request) {
      if (telemetry === undefined) return answer(request);
      const { method } = request;
      const watch = telemetry.receiving({
        method: method === "POST" || method === "GET" ? method : "_OTHER",
      });
      return watch.run(() => answer(request, watch));
    },
    close() {
      closing = true;
    },
  };
}

/** Whoever watches one request. */
interface Watch {
  readonly trace: string | undefined;
  answered(answer: Answer): void;
}

/** Nobody could tell that the request is the platform's. */
const UNVERIFIED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "handshake_malformed",
  "handshake_rejected",
  "signature_missing",
  "signature_malformed",
  "signature_mismatch",
  "credentials_unknown",
  "credentials_unavailable",
  "on_premises_rejected",
]);

type Authenticated = Pick<InboxRecord, "id" | "auth" | "body">;

/** Throws unless there is one, and one only. */
function signatureOf(request: WebhookRequest): Buffer {
  const header = request.header(SIGNATURE_HEADER);
  if (header === undefined) {
    throw new WebhookError(
      "signature_missing",
      "the request has only the old SHA-1 signature header; X-Hub-Signature-256 is needed.",
    );
  }
  const signature = parseSignature(header);
  if (signature === undefined) {
    throw new WebhookError(
      "signature_malformed",
      "X-Hub-Signature-256 is not one `sha256=` and 64 hex digits (given twice, cut, or of another kind).",
    );
  }
  return signature;
}

/** Whether the body is still with whoever sends it, as far as the request tells. */
function isUnread({ body }: WebhookRequest): boolean {
  return body.kind === "stream" || body.kind === "short";
}

/** A request with any signature header stands or falls by its signature: leaving one out of two is no way round it. */
function isSigned(request: WebhookRequest): boolean {
  return (
    request.header(SIGNATURE_HEADER) !== undefined || request.header(SHA1_HEADER) !== undefined
  );
}
