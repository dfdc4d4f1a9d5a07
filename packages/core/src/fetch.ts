import { errorCodes, WebhookError } from "./errors.ts";
import type { RequestBody, WebhookRequest } from "./http.ts";
import { checkOptions, type OptionTable } from "./options.ts";
import { assertWebhooks, createPathMatcher } from "./path.ts";
import type { Webhooks } from "./webhooks.ts";

type WaitUntil = (work: Promise<unknown>) => void;

/** What {@link whatsappWebhooks} takes beside the webhooks. */
export interface FetchOptions {
  /** The full path that the platform calls; others are answered 404. Default: every request is for us, the router chose. */
  readonly path?: string | undefined;
  /** Keeps a serverless platform running until the handlers are done. An argument with `waitUntil` comes first. */
  readonly waitUntil?: WaitUntil | undefined;
}

const table: OptionTable<FetchOptions> = { path: "other", waitUntil: "other" };

/** What platforms pass beside the request differs: some an environment, some a context with `waitUntil`, some both. */
export type FetchHandler = (request: Request, ...contexts: readonly unknown[]) => Promise<Response>;

/**
 * For Fetch-style servers (Hono, Next.js, Bun, Deno): `export const POST = whatsappWebhooks(webhooks)`. Workers of
 * Cloudflare need webhooks for each request: see docs/serverless.md.
 */
export function whatsappWebhooks(webhooks: Webhooks, options: FetchOptions = {}): FetchHandler {
  assertWebhooks(webhooks);
  checkOptions("whatsappWebhooks", options, table);
  assertTimers();
  const match = options.path === undefined ? () => ({}) : createPathMatcher(options.path);
  return async (request, ...contexts) => {
    const url = request.url.slice(
      Math.max(0, request.url.indexOf("/", request.url.indexOf("://") + 3)),
    );
    const params = match(url);
    if (params === undefined)
      return new Response("not_found", {
        status: errorCodes.not_found.status,
        headers: { "content-type": "text/plain" },
      });
    const { status, headers, body } = await webhooks.receive(
      toWebhookRequest(request, url, params),
    );
    if (status === 200 && request.method === "POST")
      waitUntilOf(contexts, options)?.(webhooks.idle());
    return new Response(body, { status, headers });
  };
}

/** On workers a timer ends with the request that set it, so webhooks that outlive one would wait for ever. */
function assertTimers(): void {
  try {
    clearTimeout(setTimeout(() => {}, 0));
  } catch (cause) {
    throw new WebhookError(
      "option_invalid",
      "this platform has no timers outside of a request. Call createWebhooks and whatsappWebhooks inside fetch(), for each request.",
      { cause },
    );
  }
}

function toWebhookRequest(
  request: Request,
  url: string,
  params: Readonly<Record<string, string>>,
): WebhookRequest {
  return {
    method: request.method,
    url,
    params,
    header: (name) => request.headers.get(name) ?? undefined,
    body: bodyOf(request),
  };
}

const HINT = "something before the webhook read the request. Give it request.clone().";
/** To read a stream piece by piece costs more than all the rest. Whoever only says that a body is short can take up no more. */
const SHORT_BYTES = 65_536;

function bodyOf(request: Request): RequestBody {
  if (request.bodyUsed) return { kind: "lost", hint: HINT };
  const bytes = Number(request.headers.get("content-length"));
  // Not even looked at: some servers make `request.body` when it is first asked for.
  if (bytes > 0 && bytes <= SHORT_BYTES)
    return { kind: "short", bytes, read: () => readWhole(request) };
  if (request.body === null) return { kind: "bytes", bytes: new Uint8Array() };
  return request.body.locked
    ? { kind: "lost", hint: HINT }
    : { kind: "stream", stream: request.body as unknown as AsyncIterable<Uint8Array> };
}

async function readWhole(request: Request): Promise<ArrayBuffer> {
  try {
    return await request.arrayBuffer();
  } catch (cause) {
    // Refused before anything was read: somebody else holds it.
    if (!request.bodyUsed) throw new WebhookError("body_lost", HINT);
    throw cause;
  }
}

function waitUntilOf(contexts: readonly unknown[], options: FetchOptions): WaitUntil | undefined {
  const own = contexts.find(hasWaitUntil);
  return own === undefined ? options.waitUntil : (work) => own.waitUntil(work);
}

function hasWaitUntil(context: unknown): context is { waitUntil: WaitUntil } {
  return typeof (context as { waitUntil?: unknown } | null | undefined)?.waitUntil === "function";
}
