import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { isJson, type Json } from "../json.ts";

/** A request to the emulator. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  header(name: string): string | undefined;
}

/** What is answered: JSON, text, a file, what goes on and on, or nothing. */
export interface ApiAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly file?: { readonly bytes: Uint8Array; readonly type: string };
  /** Gets the response when its head is written, and writes until the client goes. */
  readonly stream?: (outgoing: ServerResponse) => void;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request, or leaves it to the next. */
export type ApiHandler = (
  request: ApiRequest,
) => ApiAnswer | undefined | Promise<ApiAnswer | undefined>;

/** A reader of the JSON that is not an object, or no JSON at all. */
export class UnreadableBody extends Error {}

/** More is refused: bodies of the emulated APIs are small, those of its own at most a notification. */
const LONGEST_BODY = 8_000_000;

/** The handlers as what `node:http` calls; the first that answers wins. */
export function listener(handlers: readonly ApiHandler[]): RequestListener {
  return (incoming, outgoing) => {
    void respond(handlers, incoming)
      .catch((): ApiAnswer => ({ status: 500, json: { error: "The emulator failed." } }))
      .then((answer) => write(outgoing, answer));
  };
}

async function respond(
  handlers: readonly ApiHandler[],
  incoming: IncomingMessage,
): Promise<ApiAnswer> {
  const body = await read(incoming);
  if (body === undefined) return { status: 413, json: { error: "The body is too long." } };
  // A path of two slashes would be read as the name of a host.
  const url = new URL(`http://emulator${incoming.url?.replace(/^\/*/, "/") ?? "/"}`);
  const request: ApiRequest = {
    method: incoming.method ?? "GET",
    path: url.pathname.replace(/(?<=.)\/$/, ""),
    query: url.searchParams,
    body,
    header(name) {
      const value = incoming.headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    },
  };
  for (const handle of handlers) {
    const answer = await handle(request);
    if (answer !== undefined) return answer;
  }
  return { status: 404, json: { error: `Nothing is at ${request.method} ${url.pathname}.` } };
}

async function read(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    // Read to the end all the same, so that the answer can be read.
    if (length <= LONGEST_BODY) parts.push(bytes);
  }
  return length > LONGEST_BODY ? undefined : Buffer.concat(parts);
}

function write(outgoing: ServerResponse, answer: ApiAnswer): void {
  const { status, json, text, file, stream, headers } = answer;
  const body = file?.bytes ?? text ?? (json === undefined ? "" : JSON.stringify(json));
  outgoing.writeHead(status, {
    "Content-Type":
      file?.type ??
      (text === undefined ? "application/json; charset=UTF-8" : "text/plain; charset=UTF-8"),
    ...(stream === undefined && { "Content-Length": Buffer.byteLength(body) }),
    "Cache-Control": "no-cache, private",
    ...headers,
  });
  if (stream === undefined) outgoing.end(body);
  else stream(outgoing);
}

/** The body as a JSON object; an empty one is an empty object. Throws {@link UnreadableBody}. */
export function jsonOf({ body }: ApiRequest): Json {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new UnreadableBody("Syntax error");
  }
  if (!isJson(value)) throw new UnreadableBody("not an object");
  return value;
}
