import type { IncomingMessage, ServerResponse } from "node:http";
import { errorCodes } from "./errors.ts";
import type { RequestBody, WebhookRequest, WebhookResponse } from "./http.ts";
import { checkOptions } from "./options.ts";
import { assertWebhooks, createPathMatcher, DEFAULT_PATH } from "./path.ts";
import type { Webhooks } from "./webhooks.ts";

/** What a framework or a parser may have left beside a Node request. */
export interface NodeRequestParts {
  /** Path and query as called, where the framework rewrote `req.url`. */
  readonly url?: string | undefined;
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly rawBody?: unknown;
  readonly body?: unknown;
  /** What still carries the body, if it is not the request itself. */
  readonly stream?: AsyncIterable<Uint8Array> | undefined;
  /** How to keep the bytes in this framework, for the log. */
  readonly hint: string;
}

/** A Node request as core sees it. The choice between stream, bytes and lost is made here, for every Node framework. */
export function toWebhookRequest(req: IncomingMessage, parts: NodeRequestParts): WebhookRequest {
  return {
    method: req.method ?? "GET",
    url: parts.url ?? req.url ?? "/",
    params: parts.params ?? {},
    header(name) {
      const value = req.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    body: bodyOf(req, parts),
  };
}

function bodyOf(
  req: IncomingMessage,
  { rawBody, body, stream = req, hint }: NodeRequestParts,
): RequestBody {
  for (const bytes of [rawBody, body])
    if (bytes instanceof Uint8Array) return { kind: "bytes", bytes };
  for (const text of [rawBody, body])
    if (typeof text === "string") return { kind: "bytes", bytes: Buffer.from(text), decoded: true };
  // The stream tells, not `body`: some parsers set an empty object without reading.
  if (stream === req && req.readableDidRead) return { kind: "lost", hint };
  return { kind: "stream", stream };
}

/** Writes a response out, unless something else has already answered. */
export function sendResponse(
  res: ServerResponse,
  { status, headers, body }: WebhookResponse,
): void {
  if (res.headersSent || res.writableEnded) return;
  res.statusCode = status;
  for (const name in headers) res.setHeader(name, headers[name] ?? "");
  res.end(body);
}

/** What {@link whatsappWebhooks} takes beside the webhooks. */
export interface NodeOptions {
  /** The full path that the platform calls. Default `/webhooks/whatsapp`. `:name` segments go to your secret function. */
  readonly path?: string | undefined;
}

/** A request listener of `node:http`, and middleware of the connect kind. */
export type NodeHandler = (req: IncomingMessage, res: ServerResponse, next?: () => void) => void;

/** For plain `node:http`: `createServer(whatsappWebhooks(webhooks))`. Other paths go to `next`, or are answered 404. */
export function whatsappWebhooks(webhooks: Webhooks, options: NodeOptions = {}): NodeHandler {
  assertWebhooks(webhooks);
  checkOptions("whatsappWebhooks", options, { path: "other" });
  const match = createPathMatcher(options.path ?? DEFAULT_PATH);
  return (req, res, next) => {
    const params = match(req.url ?? "/");
    if (params !== undefined) {
      const { rawBody, body } = req as { rawBody?: unknown; body?: unknown };
      const hint =
        "something before the webhook read the body. Call the webhook's handler first, or keep the bytes as req.rawBody.";
      void webhooks
        .receive(toWebhookRequest(req, { params, rawBody, body, hint }))
        .then((response) => sendResponse(res, response));
    } else if (next !== undefined) {
      next();
    } else {
      sendResponse(res, {
        status: errorCodes.not_found.status,
        headers: { "content-type": "text/plain" },
        body: "not_found",
      });
    }
  };
}
